import { styleText } from 'node:util';
import type { Environment } from '../host/environment.ts';
import type { StepState } from './run-view.ts';
import type { Verdict } from '../kernel/verdict.ts';

export type Paint = (text: string) => string;

/** Colours and symbols for one place that text goes to. */
export interface Style {
  readonly symbols: Symbols;
  readonly good: Paint;
  readonly bad: Paint;
  readonly warning: Paint;
  readonly strong: Paint;
  readonly faint: Paint;
  readonly accent: Paint;
}

export interface Symbols {
  readonly pass: string;
  readonly cached: string;
  readonly warn: string;
  readonly fail: string;
  readonly skip: string;
  readonly lost: string;
  readonly waiting: string;
  readonly bar: string;
  readonly arrow: string;
  readonly more: string;
  readonly spinner: readonly string[];
}

const unicodeSymbols: Symbols = {
  pass: '✓',
  cached: '≡',
  warn: '!',
  fail: '✗',
  skip: '-',
  lost: '?',
  waiting: '·',
  bar: '│',
  arrow: '→',
  more: '…',
  spinner: ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'],
};

const asciiSymbols: Symbols = {
  pass: '+',
  cached: '=',
  warn: '!',
  fail: 'x',
  skip: '-',
  lost: '?',
  waiting: '.',
  bar: '|',
  arrow: '->',
  more: '~',
  spinner: ['-', '\\', '|', '/'],
};

/**
 * Colours on a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`; `FORCE_COLOR` wins over all, `0` turns
 * them off. ASCII symbols where the locale is not UTF-8.
 * @see https://no-color.org
 */
export function createStyle(place: { readonly env: Environment; readonly isTty: boolean }): Style {
  const paint = hasColours(place)
    ? (format: Parameters<typeof styleText>[0]): Paint =>
        (text) =>
          styleText(format, text, { validateStream: false })
    : (): Paint => (text) => text;
  return Object.freeze({
    symbols: isUtf8(place.env) ? unicodeSymbols : asciiSymbols,
    good: paint('green'),
    bad: paint('red'),
    warning: paint('yellow'),
    strong: paint('bold'),
    faint: paint('dim'),
    accent: paint('cyan'),
  });
}

function hasColours({
  env,
  isTty,
}: {
  readonly env: Environment;
  readonly isTty: boolean;
}): boolean {
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  if ((env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb') return false;
  return isTty;
}

function isUtf8(env: Environment): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find(
    (value) => (value ?? '') !== '',
  );
  return /utf-?8/iu.test(locale ?? '');
}

/** The coloured symbol of a verdict. */
export function verdictMark(style: Style, verdict: Verdict): string {
  const { symbols } = style;
  const marks: Readonly<Record<Verdict, () => string>> = {
    pass: () => style.good(symbols.pass),
    warn: () => style.warning(symbols.warn),
    fail: () => style.bad(symbols.fail),
    skip: () => style.faint(symbols.skip),
    lost: () => style.warning(symbols.lost),
  };
  return marks[verdict]();
}

/** The coloured symbol of a step that does not run. */
export function stateMark(style: Style, state: Exclude<StepState, 'running'>): string {
  const { symbols } = style;
  const marks: Readonly<Record<typeof state, () => string>> = {
    waiting: () => style.faint(symbols.waiting),
    passed: () => style.good(symbols.pass),
    cached: () => style.good(symbols.cached),
    failed: () => style.bad(symbols.fail),
    lost: () => style.warning(symbols.lost),
    skipped: () => style.faint(symbols.skip),
    cancelled: () => style.warning(symbols.skip),
  };
  return marks[state]();
}
