import { compileExpression, complainAboutExpression } from './text-matchers.ts';
import {
  holds,
  listIn,
  textIn,
  unclear,
  type Match,
  type Matcher,
  type Writing,
} from './matcher.ts';
import { itemsOf, isRecord, showValue, toText } from './values.ts';

/** One line of `contents`, `stdout` and the like. */
interface Pattern {
  readonly written: string;
  /** Whether no line may have it. */
  readonly isExcluded: boolean;
  readonly isIn: (line: string) => boolean;
}

/** A longer line ends the reading in goss as well. */
const MOST_LINE_BYTES = 1024 ** 2;

/** The matcher of that name, for any value that can be made a text. */
export function havePatterns(writing: Writing): Matcher {
  const matcher = patternsIn(listIn(writing, 'have-patterns'));
  return {
    demand: matcher.demand,
    match: (actual) =>
      isRecord(actual)
        ? unclear(`is ${showValue(actual)}, which is no text`)
        : matcher.match(itemsOf(actual) === undefined ? toText(actual) : actual),
  };
}

/** Line by line: each pattern must be met by a line, or, after `!`, by none. */
export function patternsIn(writings: readonly Writing[]): Matcher {
  const patterns = writings.flatMap((each) => toPattern(each) ?? []);
  return {
    demand: `have the patterns ${showValue(patterns.map(({ written }) => written))}`,
    match: (actual) => matchLines(patterns, toText(actual)),
  };
}

function matchLines(patterns: readonly Pattern[], text: string): Match {
  const lines = linesOf(text);
  if (lines.some((line) => Buffer.byteLength(line) > MOST_LINE_BYTES)) {
    return unclear('has a line of more than 1 MiB, which goss does not read');
  }
  const unmet = patterns.flatMap(({ written, isExcluded, isIn }) => {
    const line = lines.find(isIn);
    if (isExcluded) {
      if (line === undefined) return [];
      return [`has the line ${showValue(line)}, which ${showValue(written)} excludes`];
    }
    // The empty pattern is met by an empty text, too.
    return line === undefined && written !== '' ? [`has no line with ${showValue(written)}`] : [];
  });
  return unmet.length === 0 ? holds : { state: 'fails', because: unmet.join(', and ') };
}

/** As Go scans: what follows the last line end is a line only if there is something. */
function linesOf(text: string): readonly string[] {
  const lines = text.split('\n').map((line) => line.replace(/\r$/u, ''));
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

function toPattern(writing: Writing): Pattern | undefined {
  const written = textIn(writing, 'a list of patterns');
  const isExcluded = written.startsWith('!');
  const expression = expressionIn(isExcluded ? written.slice(1) : written);
  if (expression === undefined) {
    // All of these at the beginning are taken for escapes, also the first `/` of a path.
    const part = written.replace(/^[\\/!]+/u, '');
    return { written, isExcluded, isIn: (line) => line.includes(part) };
  }
  const compiled = compileExpression(expression.source);
  if ('problem' in compiled) {
    complainAboutExpression(writing, written, compiled.problem);
    return undefined;
  }
  const { body, flags, source } = expression;
  if (looksLikePath(expression)) {
    writing.complain({
      message: `${showValue(written)} is taken for the expression \`${body}\` with the flags \`${flags}\`, not for a path.`,
      suggestion: `Write \`\\${written.replace(/^!/u, '')}\` for the path, or \`/${source}/\` for the expression.`,
    });
  }
  return { written, isExcluded, isIn: compiled.test };
}

interface WrittenExpression {
  readonly body: string;
  readonly flags: string;
  /** With the flags as RE2 has them. */
  readonly source: string;
}

/** Absent when it is no `/expression/` with the flags `i`, `m` and `s`. */
function expressionIn(text: string): WrittenExpression | undefined {
  const [, body, flags = ''] = /^\/(.*)\/([ims]*)$/su.exec(text) ?? [];
  if (body === undefined) return undefined;
  return { body, flags, source: flags === '' ? body : `(?${flags})${body}` };
}

/** Paths that end in these letters would pass for expressions in silence: `/etc/is`, `/usr/share/i`. */
function looksLikePath({ body, flags }: WrittenExpression): boolean {
  const isPlain = /^[\w.-]+(?:\/[\w.-]+)*$/u.test(body);
  return isPlain && flags !== '' && (body.includes('/') || flags.length > 1);
}
