import { closest } from '../config/suggestion.ts';
import type { BuildFailure } from './build-failure.ts';
import { isStepName } from './build-progress.ts';
import { missingCopy } from './copy-missing.ts';
import { builtText, renderFrame, shownName } from './dockerfile-frame.ts';
import { locateReference, locateStep, stageNames } from './dockerfile-line.ts';
import { BuildError, type BuildErrorCode } from './errors.ts';

type Explain = (failure: BuildFailure) => BuildError | undefined;

/** In this order: the first that knows the failure explains it. */
const explanations: readonly Explain[] = [
  diskFull,
  brokenNetwork,
  invalidDockerfile,
  unknownTarget,
  missingCopy,
  failedStep,
  unavailableImage,
  failedDownload,
  refusedDockerfile,
];

/** The error for what the engine said, with the line of the Dockerfile where that is known. */
export function explainFailure(failure: BuildFailure): BuildError {
  for (const explain of explanations) {
    const error = explain(failure);
    if (error !== undefined) return error;
  }
  return new BuildError('BUILD_FAILED', `The engine refused the build: ${failure.message}`);
}

const DISK_FULL = /no space left on device|disk quota exceeded/iu;
const LAST_WORDS = 3;

/** Either the engine says it, or a command of a step ends with it. */
function diskFull({ message, vertex, dockerfile }: BuildFailure): BuildError | undefined {
  const lastWords = vertex?.lastLines.slice(-LAST_WORDS) ?? [];
  const isFull = DISK_FULL.test(message) || lastWords.some((line) => DISK_FULL.test(line));
  if (!isFull) return undefined;
  const step = vertex === undefined ? '' : ` at the step ${firstLineOf(vertex.name)}`;
  const place = vertex && locateStep(builtText(dockerfile), vertex.name);
  return new BuildError(
    'BUILD_DISK_FULL',
    joined(`The build ran out of disk space${step}`, place && renderFrame(dockerfile, place), [
      ...lastWords,
    ]),
  );
}

const BROKEN_NETWORK =
  /could not find bridge|failed to create endpoint|network sandbox|address pools have been fully subnetted/iu;

/** The engine could not give the step a network: the image has no part in that. */
function brokenNetwork({ message }: BuildFailure): BuildError | undefined {
  if (!BROKEN_NETWORK.test(message)) return undefined;
  return new BuildError(
    'BUILD_ENGINE_NETWORK',
    `The engine could not give a step of the build its network: ${message}`,
  );
}

const PARSE_ERROR = /dockerfile parse error(?: on)? line (\d+): (.*)$/isu;

function invalidDockerfile({ message, dockerfile }: BuildFailure): BuildError | undefined {
  const match = PARSE_ERROR.exec(message);
  if (match === null) return undefined;
  const [, number = '1', reason = ''] = match;
  const line = Number(number);
  const isHeredoc = isInsideHeredoc(builtText(dockerfile), line);
  return new BuildError(
    'BUILD_DOCKERFILE_INVALID',
    joined(
      `The engine does not understand line ${number} of ${shownName(dockerfile)}: ${reason.trim()}`,
      renderFrame(dockerfile, { firstLine: line, lastLine: line }),
    ),
    isHeredoc
      ? {
          hint: 'Write the here-document as one RUN with `&&`, or use an engine with Docker 23 or later: this one does not know here-documents.',
        }
      : {},
  );
}

function isInsideHeredoc(text: string, line: number): boolean {
  const before = text.split('\n').slice(0, line - 1);
  return before.some((one) => /^\s*(?:RUN|COPY|ADD)\b.*<<-?["']?\w/iu.test(one));
}

function unknownTarget({ message, dockerfile }: BuildFailure): BuildError | undefined {
  const target = /target stage "?([^\s"]+)"? could not be found/u.exec(message)?.[1];
  if (target === undefined) return undefined;
  const names = stageNames(builtText(dockerfile));
  return new BuildError(
    'BUILD_TARGET_UNKNOWN',
    `${shownName(dockerfile)} has no stage ${JSON.stringify(target)}${suggestion(closest(target, names))}`,
    names.length === 0 ? {} : { hint: `Set \`target\` to one of: ${names.join(', ')}.` },
  );
}

/** What follows "there is no such thing". */
function suggestion(candidate: string | undefined): string {
  return candidate === undefined ? '' : `; did you mean ${JSON.stringify(candidate)}?`;
}

const EXIT_CODE = /exit code: (\d+)/u;
/** 128 + SIGKILL: what the kernel does when memory runs out. */
const KILLED = 137;

function failedStep({ vertex, dockerfile, message }: BuildFailure): BuildError | undefined {
  if (vertex === undefined || !isStepName(vertex.name)) return undefined;
  const exitCode = EXIT_CODE.exec(vertex.error)?.[1] ?? EXIT_CODE.exec(message)?.[1];
  const how =
    exitCode === undefined ? `failed: ${vertex.error}` : `failed with exit code ${exitCode}`;
  const place = locateStep(builtText(dockerfile), vertex.name);
  return new BuildError(
    'BUILD_STEP_FAILED',
    joined(
      `The step ${firstLineOf(vertex.name)} ${how}`,
      place && renderFrame(dockerfile, place),
      vertex.lastLines,
    ),
    {
      details: {
        step: vertex.name,
        ...(exitCode === undefined ? {} : { exitCode: Number(exitCode) }),
        ...(place === undefined ? {} : { line: place.firstLine }),
      },
      ...(Number(exitCode) === KILLED
        ? { hint: 'Give the engine more memory, or let the step use less: it was killed.' }
        : {}),
    },
  );
}

const PULL_VERTEX =
  /^(?:\[internal\] load metadata for|resolve image config for(?: docker-image:\/\/)?|(?:\[[^\]]*\] )?FROM) (\S+)/u;
const UNKNOWN_IMAGE = /manifest unknown|not found|no match for platform|does not exist$/iu;
const DENIED =
  /denied|unauthorized|authorization failed|authentication required|insufficient_scope|40[13] |may require/iu;

function unavailableImage({ message, vertex, dockerfile }: BuildFailure): BuildError | undefined {
  const reference = vertex && PULL_VERTEX.exec(vertex.name)?.[1];
  if (reference === undefined) return undefined;
  const reason = vertex?.error ?? message;
  const code = pullCode(reason);
  const place = locateReference(builtText(dockerfile), reference);
  const what = {
    BUILD_BASE_UNKNOWN: 'is unknown to its registry',
    BUILD_BASE_DENIED: 'may not be pulled by this engine',
    BUILD_BASE_UNREACHABLE: 'is not on the engine, and its registry cannot be reached',
  }[code];
  return new BuildError(
    code,
    joined(`The image ${reference} ${what}: ${reason}`, place && renderFrame(dockerfile, place)),
    { details: { reference } },
  );
}

function pullCode(
  reason: string,
): Extract<BuildErrorCode, 'BUILD_BASE_UNKNOWN' | 'BUILD_BASE_DENIED' | 'BUILD_BASE_UNREACHABLE'> {
  if (DENIED.test(reason)) return 'BUILD_BASE_DENIED';
  return UNKNOWN_IMAGE.test(reason) ? 'BUILD_BASE_UNKNOWN' : 'BUILD_BASE_UNREACHABLE';
}

function failedDownload({ vertex }: BuildFailure): BuildError | undefined {
  if (vertex === undefined || !/^(?:https?|git):\/\//u.test(vertex.name)) return undefined;
  return new BuildError(
    'BUILD_DOWNLOAD_FAILED',
    `${vertex.name} could not be downloaded: ${vertex.error}`,
  );
}

const REFUSED =
  /failed to (?:create LLB definition|read dockerfile)|file with no instructions|base name .* should not be blank|Dockerfile .*cannot be empty/isu;

/** What is wrong with the Dockerfile as a whole, or in a place that the engine does not tell. */
function refusedDockerfile({ message, dockerfile }: BuildFailure): BuildError | undefined {
  if (!REFUSED.test(message)) return undefined;
  const reason = message.replace(/^(?:failed to (?:solve|create LLB definition)[^:]*: )+/u, '');
  return new BuildError(
    'BUILD_DOCKERFILE_INVALID',
    `The engine does not understand ${shownName(dockerfile)}: ${reason}`,
    { hint: 'Correct the Dockerfile as the message says.' },
  );
}

function joined(
  head: string,
  frame: string | undefined,
  lastLines: readonly string[] = [],
): string {
  const output =
    lastLines.length === 0 ? [] : ['Last output:', ...lastLines.map((line) => `  ${line}`)];
  return [head, ...(frame === undefined ? [] : [frame]), ...output].join('\n');
}

/** A here-document makes a name of many lines. */
function firstLineOf(name: string): string {
  const [first = '', ...rest] = name.split('\n');
  return `\`${first}${rest.length === 0 ? '' : ' …'}\``;
}
