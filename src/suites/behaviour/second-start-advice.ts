import type { StartOutcome } from './start-outcome.ts';

interface Leftover {
  readonly pattern: RegExp;
  readonly fix: string;
}

const leftovers: readonly Leftover[] = [
  {
    pattern: /\bpid\b.{0,40}(?:exist|running|stale)|already (?:running|started)/iu,
    fix: 'Remove a stale pid file at start, before the program looks for it: the process that it names is gone.',
  },
  {
    pattern: /\block\b|\blocked\b/iu,
    fix: 'Remove a stale lock at start, or use a lock that the kernel releases (`flock`).',
  },
  {
    pattern: /already exists|file exists|EEXIST/iu,
    fix: 'Make the first-time set-up repeatable: do not fail on what it has made before (`mkdir -p`, `ln -sf`, `if [ ! -e … ]`).',
  },
  {
    pattern: /address (?:already )?in use|EADDRINUSE/iu,
    fix: 'Remove a stale socket file at start, or set SO_REUSEADDR.',
  },
];

/** What to change when a container comes up once and not again. */
export function adviseOnSecondStart(outcome: StartOutcome, after: 'stop' | 'kill'): string {
  const log = outcome.state === 'exited' || outcome.state === 'timeout' ? outcome.log : '';
  // Only the end of the log belongs to this start: engines keep one log for all of them.
  const recent = log.trimEnd().split('\n').slice(-10).join('\n');
  const known = leftovers.find(({ pattern }) => pattern.test(recent));
  if (known !== undefined) return known.fix;
  return after === 'stop'
    ? 'Make the entrypoint repeatable: clean up what an earlier start left (pid files, locks, half-made set-up).'
    : 'Make the entrypoint clean up what a killed process leaves (pid files, locks, half-written files) before it starts.';
}
