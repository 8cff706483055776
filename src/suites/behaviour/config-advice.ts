import { lastLines, renderList, renderSeconds } from './render.ts';
import type { CheckResult } from './check.ts';
import type { StartOutcome } from './start-outcome.ts';
import type { Subject } from './subject.ts';

/**
 * The one instruction for an image that wants to be told something first: what it said, the variables that
 * it named, and the lines that serve every check from then on.
 */
export function instructOnConfig(outcome: StartOutcome, subject: Subject): CheckResult {
  const log = outcome.state === 'exited' ? outcome.log : '';
  const exitCode = outcome.state === 'exited' ? outcome.exitCode : 0;
  const names = namesMentioned(log, subject);
  const about = names.length === 0 ? '' : `; its log names ${renderList(names)}`;
  const seconds = renderSeconds(outcome.durationMs);
  return {
    verdict: 'skip',
    message: `It ended with exit code ${exitCode} after ${seconds} without any settings${about}.`,
    reason: `the image needs settings to run${about}`,
    evidence: log.trim() === '' ? 'The log is empty.' : lastLines(log),
    fix: `Say once in seatrial.yaml how it is run:\n${linesToAdd(subject, names)}`,
  };
}

/** Screaming words that logs use for other things. */
const NO_VARIABLES: ReadonlySet<string> = new Set(['HTTP_1', 'UTF_8', 'PATH', 'HOME', 'ERROR']);

const VARIABLE_PATTERNS: readonly RegExp[] = [
  // POSTGRES_PASSWORD: a word with an underscore is hardly anything else.
  /\b([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b/gu,
  // -e NAME, $NAME, ${NAME}, NAME=value
  /(?:-e |--env |\$\{?)([A-Z][A-Z0-9_]{2,})\b/gu,
  /\b([A-Z][A-Z0-9_]{2,})=/gu,
  // variable NAME, NAME is not set, NAME must be set
  /\bvariable[s]? [`'"]?([A-Z][A-Z0-9_]{2,})\b/gu,
  /\b([A-Z][A-Z0-9_]{2,})\b[`'"]? (?:environment variable|(?:is|was) (?:not set|unset|required|missing|empty)|must be)/gu,
];

/** Environment variables that a log mentions and that the image does not set itself, in order. */
export function namesMentioned(log: string, { image }: Subject): readonly string[] {
  const known = new Set(image.record.config.env.map((entry) => entry.split('=')[0]));
  const found = VARIABLE_PATTERNS.flatMap((pattern) =>
    [...log.matchAll(pattern)].map((match) => ({ name: match[1] ?? '', at: match.index })),
  );
  const inOrder = found.toSorted((a, b) => a.at - b.at).map(({ name }) => name);
  return [...new Set(inOrder)].filter((name) => !known.has(name) && !NO_VARIABLES.has(name));
}

function linesToAdd({ image }: Subject, names: readonly string[]): string {
  const settings =
    names.length === 0
      ? [
          '      env: {NAME: value}      # or',
          '      command: [serve]        # or',
          '      mounts: [/data]',
        ]
      : ['      env:', ...names.slice(0, 5).map((name) => `        ${name}: "…"`)];
  return ['images:', `  ${nameOf(image.name)}:`, '    run:', ...settings].join('\n');
}

/** `postgres` for `docker.io/library/postgres:16`: what the image would be called in a configuration. */
function nameOf(name: string): string {
  const last = name.split('@')[0]?.split('/').at(-1) ?? name;
  return last.split(':')[0] ?? last;
}
