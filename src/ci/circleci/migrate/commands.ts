import { entriesOf, itemsOf, nameOf, textOf, valueOf, type Node } from '../tree.ts';
import { toData } from '../expand/render.ts';

/** A step of the new file, and what has to be said about it. */
export interface NewStep {
  readonly step: unknown;
  readonly comments: readonly string[];
}

/** Workarounds for the Docker of 2016 inside of LXC. */
const WORKAROUND =
  /circle-downloads\/docker-|^(?:sudo )?chmod \S+ \/usr\/bin\/docker$|install-circleci-docker\.sh|lxc-docker|docker-1\.\d+\.\d+-circleci/u;

const ON_ARGV = 'A password among the arguments can be read by every process.';

/** Changes of meaning inside of a command, in the order in which they are made. */
const REWRITES: readonly { readonly from: RegExp; readonly to: string; readonly why: string }[] = [
  {
    from: /(docker login\b[^\n|&;]*?)\s+(?:-e|--email)[ =](?:"[^"]*"|'[^']*'|[^\s"']+)/gu,
    to: '$1',
    why: '`docker login -e` was removed in Docker 17.06.',
  },
  {
    from: /docker login((?:\s+(?:-u|--username)[ =]\S+)?)\s+(?:-p|--password)[ =]("[^"]*")/gu,
    to: 'echo $2 | docker login$1 --password-stdin',
    why: ON_ARGV,
  },
  {
    from: /docker login((?:\s+(?:-u|--username)[ =]\S+)?)\s+(?:-p|--password)[ =]([^\s"'|&;]+)/gu,
    to: 'echo "$2" | docker login$1 --password-stdin',
    why: ON_ARGV,
  },
  {
    from: /\bdocker build\s+--rm=false\b/gu,
    to: 'docker build',
    why: '`--rm=false` was for the file system of CircleCI 1.0.',
  },
  {
    from: /sudo lxc-attach -n\s+"?\$\(docker inspect --format ["']\{\{\s*\.Id\s*\}\}["'] ([^)\s]+)\)"? --/gu,
    to: 'docker exec $1',
    why: '`docker exec` did not work in LXC; it does here.',
  },
  {
    from: /\$(\{?)CI_PULL_REQUEST(S?)\b/gu,
    to: '$$$1CIRCLE_PULL_REQUEST$2',
    why: 'The variable has another name.',
  },
  { from: /\/home\/ubuntu\b/gu, to: '/home/circleci', why: 'The user has another name.' },
  { from: /(?<!\\)<</gu, to: '\\<<', why: 'In version 2.1 `<<` begins an expression.' },
];

function rewrite(command: string): { readonly text: string; readonly why: readonly string[] } {
  const why: string[] = [];
  let text = command;
  for (const each of REWRITES) {
    const next = text.replaceAll(each.from, each.to);
    if (next !== text) why.push(each.why);
    text = next;
  }
  return { text, why };
}

export interface CommandPlace {
  /** Keys that every one of these steps has. */
  readonly keys?: Readonly<Record<string, unknown>> | undefined;
  /** Whether the second and every later one runs also after a failure, as tests of 1.0 did. @default false */
  readonly isEachRun?: boolean | undefined;
}

/** The commands of a section as steps; each was a shell of its own, and is a step of its own. */
export function toSteps(list: Node | undefined, place: CommandPlace = {}): readonly NewStep[] {
  return itemsOf(list).map((item, index): NewStep => {
    const [entry] = entriesOf(item);
    const command = entry === undefined ? (textOf(item) ?? '') : nameOf(entry);
    if (WORKAROUND.test(command)) {
      return { step: undefined, comments: [`Left out, Docker is there: ${command}`] };
    }
    const { text, why } = rewrite(command.replace(/\s+:$/u, ''));
    const isLater = place.isEachRun === true && index > 0;
    const keys = {
      ...place.keys,
      ...modifiersOf(entry?.value),
      ...(isLater ? { when: 'always' } : {}),
    };
    const run = Object.keys(keys).length === 0 ? text : { command: text, ...keys };
    return {
      step: { run },
      comments: [...why, ...strictness(text), ...modifierComments(entry?.value)],
    };
  });
}

/** `timeout: 600` was the time without output. */
function modifiersOf(node: Node | undefined): Readonly<Record<string, unknown>> {
  const timeout = valueOf(node, 'timeout');
  const folder = valueOf(node, 'pwd');
  const environment = valueOf(node, 'environment');
  const background = valueOf(node, 'background');
  return {
    ...(timeout === undefined ? {} : { no_output_timeout: `${String(toData(timeout))}s` }),
    ...(folder === undefined ? {} : { working_directory: toData(folder) }),
    ...(environment === undefined ? {} : { environment: toData(environment) }),
    ...(background === undefined ? {} : { background: toData(background) }),
  };
}

function modifierComments(node: Node | undefined): readonly string[] {
  return valueOf(node, 'files') === undefined
    ? []
    : [
        'TODO: `files` was divided over machines: use `circleci tests glob … | circleci tests split`.',
      ];
}

/** The shell is `bash -eo pipefail` now. */
function strictness(command: string): readonly string[] {
  if (/\|\s*(?:grep|head)\b/u.test(command) || /;\s*\S/u.test(command)) {
    return ['The step now fails when any part of it fails: the shell is `bash -eo pipefail`.'];
  }
  return [];
}
