import type { FileSuite } from '../../config/suite-schema.ts';
import { signalOf } from '../exit-code.ts';
import type { FileFinding } from '../file-by-file.ts';
import { renderLimit } from '../render-limit.ts';
import type { Obstacle } from './await-need.ts';
import type { SutEnd } from './run-services.ts';
import { SUT } from './sut-plan.ts';

/** How a service was when it was over, and the end of its log. */
export interface ServiceEnd {
  readonly service: string;
  readonly isRunning: boolean;
  /** Absent while it runs, and when it never ran. */
  readonly exitCode?: number | undefined;
  /** What its health check printed last, when it was not healthy. */
  readonly complaint?: string | undefined;
  readonly log: string;
}

export interface Circumstances {
  readonly settings: FileSuite;
  readonly ends: readonly ServiceEnd[];
  /** Whether any container ran the image under test, or one that was built from it. */
  readonly runsTested: boolean;
}

export function judgeSut(end: SutEnd, around: Circumstances): FileFinding {
  if (end.state === 'blocked') return failed(toExplanation(end.obstacle), around.ends);
  if (end.exitCode === 0) return judgePass(around);
  return failed(explain(end), around.ends);
}

export function judgeTimeout({ settings, ends }: Circumstances): FileFinding {
  return failed(
    {
      message: `Did not end within ${renderLimit(settings.timeout)}, the limit in suites.sut.timeout`,
      fix: 'See in the last lines of the services what they wait for, or raise suites.sut.timeout.',
    },
    ends,
  );
}

export function judgeImages(service: string, problem: string): FileFinding {
  const [first = '', ...rest] = problem.split('\n');
  return {
    verdict: 'fail',
    message: `The image of ${service} could not be built: ${first}`,
    fix: 'Correct the Dockerfile of the service.',
    ...(rest.length === 0 ? {} : { evidence: rest.join('\n') }),
  };
}

interface Explanation {
  readonly message: string;
  readonly fix: string;
}

function judgePass({ ends, runsTested }: Circumstances): FileFinding {
  const broken = ends.filter(({ service, exitCode = 0 }) => service !== SUT && exitCode !== 0);
  const passed = `\`${SUT}\` ended with exit code 0`;
  if (broken.length > 0) {
    const list = broken.map(({ service, exitCode = 0 }) => `${service} (${withSignal(exitCode)})`);
    return {
      verdict: 'warn',
      message: `${passed}, and these had ended before: ${list.join(', ')}`,
      fix: 'Let the tests fail without these services, or do without them.',
      evidence: renderEnds(broken),
    };
  }
  if (runsTested) return { verdict: 'pass', message: passed };
  return {
    verdict: 'warn',
    message: `${passed}, but no service is the image under test`,
    fix: 'Give a service `image: $IMAGE_NAME`, or a `build` of what the image is built from.',
  };
}

function explain(end: Extract<SutEnd, { readonly state: 'ended' }>): Explanation {
  const message = `\`${SUT}\` ended with ${withSignal(end.exitCode)}`;
  if (end.isOomKilled) {
    return { message: `${message}: it used too much memory`, fix: 'Give the tests less to do.' };
  }
  switch (end.exitCode) {
    case 126:
      return { message, fix: 'A command of the tests cannot be executed: check its mode.' };
    case 127:
      return { message, fix: 'A command of the tests was not found: correct its name or PATH.' };
    default:
      return { message, fix: 'Read the last lines of the services.' };
  }
}

function toExplanation({ service, problem, fix }: Obstacle): Explanation {
  const whose = service === SUT ? '' : `, so \`${SUT}\` was not started`;
  return { message: `\`${service}\` ${problem}${whose}`, fix };
}

function withSignal(exitCode: number): string {
  const signal = signalOf(exitCode);
  return `exit code ${String(exitCode)}${signal === undefined ? '' : ` (${signal})`}`;
}

function failed({ message, fix }: Explanation, ends: readonly ServiceEnd[]): FileFinding {
  const evidence = renderEnds(ends);
  return { verdict: 'fail', message, fix, ...(evidence === '' ? {} : { evidence }) };
}

const MOST_LINES = 40;
const MOST_LINES_OF_OTHERS = 15;
const MOST_CHARS = 8000;

/** The end of each log under the name of its service: that of `sut` last, where readers look first. */
function renderEnds(ends: readonly ServiceEnd[]): string {
  const ordered = ends.toSorted((a, b) => Number(a.service === SUT) - Number(b.service === SUT));
  const share = Math.floor(MOST_CHARS / Math.max(1, ordered.length));
  return ordered
    .map(({ service, complaint, log, ...rest }) => {
      const state = stateOf(rest);
      const most = service === SUT ? MOST_LINES : MOST_LINES_OF_OTHERS;
      const lines = log.trimEnd().split('\n').slice(-most).join('\n').slice(-share);
      const health = complaint === undefined ? [] : [`its health check: ${complaint.trim()}`];
      const texts = [`${service}, ${state}:`, ...health, lines === '' ? '(no output)' : lines];
      return texts.join('\n');
    })
    .join('\n\n');
}

function stateOf({ isRunning, exitCode }: Pick<ServiceEnd, 'isRunning' | 'exitCode'>): string {
  if (isRunning) return 'running';
  return exitCode === undefined ? 'never started' : `ended with ${withSignal(exitCode)}`;
}
