import { RE2JS } from 're2js';
import type { StateAction } from '../../config/schema.ts';

/** How one action of the `state` block went. */
export interface StateOutcome {
  /**
   * `met`: answered as expected. `unmet`: answered, and not so. `unanswered`: nothing can be said, because
   * the container did not answer or the command could not be run.
   */
  readonly result: 'met' | 'unmet' | 'unanswered';
  /** One clause: `status 400 instead of 200 to 399`. */
  readonly because: string;
  /** The answer or the output, shortened; empty when there was none. */
  readonly seen: string;
}

/** One write and one read on the same container. */
export interface Exercise {
  readonly write: StateOutcome;
  /** Absent when the write was not met. */
  readonly read: StateOutcome | undefined;
}

/** Whether what was written could be read back: only then do later reads say anything. */
export function isProven(exercise: Exercise | undefined): boolean {
  return exercise?.read?.result === 'met';
}

const SEEN_LIMIT = 600;

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

export interface CommandAnswer {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Bad gateway, service unavailable, gateway timeout: of what is stored they say nothing. */
const NOT_READY: ReadonlySet<number> = new Set([502, 503, 504]);

/** Judges an HTTP answer: status first, then the expected text. */
export function judgeHttpAnswer(action: StateAction, answer: HttpAnswer): StateOutcome {
  const seen = shorten(answer.body);
  const wanted = action.status;
  const isStatusRight =
    wanted === undefined ? answer.status >= 200 && answer.status < 400 : answer.status === wanted;
  if (!isStatusRight) {
    if (NOT_READY.has(answer.status)) {
      const because = `status ${answer.status}, which says that it cannot answer now`;
      return { result: 'unanswered', because, seen };
    }
    const expected = wanted === undefined ? '200 to 399' : String(wanted);
    return { result: 'unmet', because: `status ${answer.status} instead of ${expected}`, seen };
  }
  if (!isExpected(action, answer.body)) return unexpected(action, seen);
  return { result: 'met', because: `status ${answer.status}`, seen };
}

/** Exit codes of an engine for a command that is not in the image or cannot be run. */
const COMMAND_NOT_RUN: ReadonlySet<number> = new Set([126, 127]);

/** Judges what a command in the container did: exit code first, then the expected text. */
export function judgeCommandAnswer(action: StateAction, answer: CommandAnswer): StateOutcome {
  const seen = shorten([answer.stdout, answer.stderr].filter((text) => text !== '').join('\n'));
  if (COMMAND_NOT_RUN.has(answer.exitCode)) {
    const because = `the command could not be run (exit code ${answer.exitCode})`;
    return { result: 'unanswered', because, seen };
  }
  if (answer.exitCode !== 0) {
    return { result: 'unmet', because: `exit code ${answer.exitCode} instead of 0`, seen };
  }
  if (!isExpected(action, answer.stdout)) return unexpected(action, seen);
  return { result: 'met', because: 'exit code 0', seen };
}

function isExpected({ expect }: StateAction, text: string): boolean {
  return expect === undefined || RE2JS.compile(expect).matcher(text).find();
}

function unexpected({ expect }: StateAction, seen: string): StateOutcome {
  const because = `the answer does not match \`${expect}\`${seen === '' ? ': it is empty' : ''}`;
  return { result: 'unmet', because, seen };
}

function shorten(text: string): string {
  const trimmed = text.trim();
  return trimmed.length > SEEN_LIMIT ? `${trimmed.slice(0, SEEN_LIMIT)}…` : trimmed;
}
