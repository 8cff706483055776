import type { WalkedInstruction, WalkedStage } from './stage-walk.ts';
import type { ParsedDockerfile } from './parse.ts';
import { expandPiece, variablesOf } from './scope.ts';
import { jsonWordsOf, splitWords, type Word } from './words.ts';

/**
 * What a Dockerfile says of the image it makes. Facts of a base image from outside are not among them, nor
 * are values with variables that only such a base can know: the engine's record of the built image decides.
 */
export interface DockerfileFacts {
  /** `8000/tcp`, one by one, in the order of the file. */
  readonly exposedPorts: readonly string[];
  readonly volumes: readonly string[];
  readonly user?: string | undefined;
  readonly stopSignal?: string | undefined;
  /** False for `HEALTHCHECK NONE`; absent when the Dockerfile says nothing. */
  readonly hasHealthcheck?: boolean | undefined;
  /** As the engine runs it: the shell form becomes `/bin/sh -c`. */
  readonly entrypoint?: readonly string[] | undefined;
  readonly command?: readonly string[] | undefined;
}

const MAX_PORTS_OF_A_RANGE = 1000;
const LINUX_SHELL: readonly string[] = ['/bin/sh', '-c'];

/** Facts of a stage, with those of the stages it is built on. */
export function factsOf(
  parsed: ParsedDockerfile,
  stages: readonly WalkedStage[],
  target: number,
): DockerfileFacts {
  const lineage: WalkedStage[] = [];
  for (let stage = stages[target]; stage !== undefined;) {
    lineage.unshift(stage);
    stage = stage.base.kind === 'stage' ? stages[stage.base.index] : undefined;
  }
  let state: State = { exposedPorts: [], volumes: [], shell: LINUX_SHELL, parsed };
  for (const stage of lineage) {
    state = { ...state, hasOwnCommand: false };
    for (const step of stage.steps)
      state = { ...state, ...readers[step.instruction.keyword]?.(step, state) };
  }
  const { exposedPorts, volumes, user, stopSignal, hasHealthcheck, entrypoint, command } = state;
  return {
    exposedPorts: [...new Set(exposedPorts)],
    volumes: [...new Set(volumes)],
    user,
    stopSignal,
    hasHealthcheck,
    entrypoint,
    command,
  };
}

interface State extends DockerfileFacts {
  readonly parsed: ParsedDockerfile;
  readonly shell: readonly string[];
  /** Whether this stage has a CMD: an ENTRYPOINT takes back only an inherited one. */
  readonly hasOwnCommand?: boolean | undefined;
}

type Reader = (step: WalkedInstruction, state: State) => Partial<State>;

const readers: Readonly<Partial<Record<string, Reader>>> = {
  EXPOSE: (step, state) => ({
    exposedPorts: [...state.exposedPorts, ...wordsOf(step, state).flatMap(portsOf)],
  }),
  VOLUME: (step, state) => ({ volumes: [...state.volumes, ...wordsOf(step, state)] }),
  USER: (step, state) => optional('user', wordsOf(step, state)[0]),
  STOPSIGNAL: (step, state) => optional('stopSignal', wordsOf(step, state)[0]),
  HEALTHCHECK: (step) => ({ hasHealthcheck: !/^NONE$/iu.test(step.instruction.text) }),
  SHELL: (step) => optional('shell', jsonWordsOf(step.instruction.text)),
  ENTRYPOINT: (step, state) => ({
    entrypoint: commandOf(step, state),
    ...(state.hasOwnCommand === true ? {} : { command: undefined }),
  }),
  CMD: (step, state) => ({ command: commandOf(step, state), hasOwnCommand: true }),
};

function optional<Key extends keyof State>(
  key: Key,
  value: State[Key] | undefined,
): Partial<State> {
  return value === undefined ? {} : { [key]: value };
}

function commandOf({ instruction }: WalkedInstruction, state: State): readonly string[] {
  return jsonWordsOf(instruction.text) ?? [...state.shell, instruction.text];
}

/** The words of an instruction, variables filled in; words that need a variable nobody knows are left out. */
function wordsOf({ instruction, scope }: WalkedInstruction, { parsed }: State): readonly string[] {
  const variables = variablesOf(scope);
  const words: readonly Word[] =
    jsonWordsOf(instruction.text)?.map((text) => ({ text, start: 0 })) ??
    splitWords(instruction.text, parsed.escape);
  return words.flatMap((word) => {
    const { text, unset } = expandPiece({ parsed, instruction, ...word }, variables);
    return unset.length > 0 || text === '' ? [] : [text];
  });
}

/** `80`, `80/UDP` and `8000-8002` as single ports with their protocol. */
function portsOf(word: string): readonly string[] {
  const [, from = '', to = from, protocol = 'tcp'] =
    /^(\d+)(?:-(\d+))?(?:\/([a-z]+))?$/iu.exec(word) ?? [];
  const count = Number(to) - Number(from) + 1;
  if (from === '' || count < 1 || count > MAX_PORTS_OF_A_RANGE) return [];
  return Array.from(
    { length: count },
    (_, index) => `${Number(from) + index}/${protocol.toLowerCase()}`,
  );
}
