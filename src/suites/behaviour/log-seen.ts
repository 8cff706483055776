import type { Subject } from './subject.ts';
import { withoutSecrets } from './own-values.ts';

/** Something in a log that a person should read. */
export interface LogFinding {
  /** `a stack trace of Python`. */
  readonly what: string;
  /** The line that tells it, shortened, without secrets. */
  readonly line: string;
}

interface Sign {
  readonly what: string;
  readonly pattern: RegExp;
}

/**
 * Few and narrow: words such as `error` and `warning` stand in the log of every healthy server. Each pattern is tried on one
 * short line.
 */
const signs: readonly Sign[] = [
  {
    what: 'a stack trace of Java',
    pattern: /Exception in thread "|^\s+at [\w.$/@<>]+\(\w+\.(?:java|kt|scala):\d+\)/u,
  },
  { what: 'a stack trace of Python', pattern: /Traceback \(most recent call last\):/u },
  { what: 'a stack trace of Go', pattern: /^goroutine \d+ \[[^\]]+\]:$/u },
  {
    what: 'a stack trace of Node.js',
    pattern: /^\s+at (?:[^()]+ \()?(?:node:|file:\/\/|\/)[^()\s]+:\d+:\d+\)?$/u,
  },
  { what: '`permission denied`', pattern: /\bpermission denied\b/iu },
  { what: '`deprecated`', pattern: /(?<!\b(?:no|not|0|without) )\bdeprecated\b/iu },
];

const MOST_LINE_CHARS = 300;
const SHOWN_CHARS = 200;

/** The first line of each sign, in the order of the log. */
export function findInLog(log: string, subject: Subject): readonly LogFinding[] {
  const found = new Map<string, LogFinding>();
  for (const whole of log.split('\n')) {
    const line = whole.trimEnd().slice(0, MOST_LINE_CHARS);
    for (const { what, pattern } of signs) {
      if (found.has(what) || !pattern.test(line)) continue;
      found.set(what, { what, line: shorten(whole.trimEnd(), subject) });
    }
  }
  return [...found.values()];
}

/** What stands behind the name of a secret is none of ours, also when the program has just made it up. */
const NAMED_SECRET =
  /((?:password|passwd|passphrase|secret|token|credentials?|api[_-]?key)["']?\s{0,3}(?:[:=]|\bis\b)\s{0,3})\S+/giu;
const USER_INFO = /(:\/\/[^\s/:@]{0,100}:)[^\s/@]{1,300}@/gu;

function shorten(line: string, subject: Subject): string {
  // A secret that is cut in two would not be known any more: the line is cut last.
  return withoutSecrets(line, subject)
    .replaceAll(NAMED_SECRET, '$1***')
    .replaceAll(USER_INFO, '$1***@')
    .slice(0, SHOWN_CHARS);
}
