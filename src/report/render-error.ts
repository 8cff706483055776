import { inspect } from 'node:util';
import { AppError, exitCodes, messageOf, systemCodeOf, type ExitCode } from '../kernel/errors.ts';
import type { EventOf } from '../kernel/run-events.ts';
import { quote } from './failure-text.ts';
import type { Style } from './style.ts';
import { cleanLine, cleanText, wrapWords } from './terminal-text.ts';

type ErrorPicture = NonNullable<EventOf<'run.finished'>['error']>;

export interface ErrorPlace {
  readonly style: Style;
  readonly width: number;
  /** Shows stacks. @default false */
  readonly isDebug?: boolean | undefined;
}

const BUG: Pick<ErrorPicture, 'code' | 'hint'> = {
  code: 'BUG',
  hint: 'Report it, with the stack that `SEATRIAL_DEBUG=1` shows.',
};
const CAUSES_SHOWN = 4;
const DOCS_PAGE = 'docs/reference/errors.md';

/** An error in the form that events and reports carry. What is no error of ours is a bug of ours. */
export function toErrorPicture(thrown: unknown): ErrorPicture {
  return isAppError(thrown)
    ? { code: thrown.code, message: thrown.message, hint: thrown.hint }
    : { ...BUG, message: messageOf(thrown) };
}

/** `instanceof` alone would leave the type of the code open. */
function isAppError(thrown: unknown): thrown is AppError {
  return thrown instanceof AppError;
}

/** How the process ends for it. */
export function exitCodeOf(thrown: unknown): ExitCode {
  return isAppError(thrown) ? thrown.exitCode : exitCodes.bug;
}

/** What happened, the values, the causes, what to do, and where to read more. */
export function renderError(thrown: unknown, place: ErrorPlace): readonly string[] {
  const { style, width } = place;
  const { code, message, hint } = toErrorPicture(thrown);
  const isBug = !isAppError(thrown);
  const head = isBug ? `This is a bug of seatrial: ${message}` : message;
  const [first = '', ...rest] = cleanText(head)
    .split('\n')
    .flatMap((line) => wrapWords(line, width - 2));
  const rows: readonly Row[] = [
    ...detailsOf(thrown, message),
    ...causesOf(thrown).map((cause): Row => ['cause', cause]),
    ['fix', hint],
    ...(isBug ? [] : [['see', `${DOCS_PAGE}#${code.toLowerCase()} (${code})`] as const]),
  ];
  return [
    `${style.bad(style.symbols.fail)} ${style.strong(first)}`,
    ...rest.map((line) => `  ${line}`.trimEnd()),
    ...renderRows(rows, place),
    ...(place.isDebug === true && thrown instanceof Error ? quote(thrown.stack ?? '', style) : []),
  ];
}

type Row = readonly [name: string, value: string];

/** Values that the message does not name already. */
function detailsOf(thrown: unknown, message: string): readonly Row[] {
  if (!isAppError(thrown)) return [];
  return Object.entries(thrown.details)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]): Row => [name, renderValue(value)])
    .filter(([, value]) => !message.includes(value));
}

function renderValue(value: unknown): string {
  return typeof value === 'string'
    ? value
    : inspect(value, { depth: 2, breakLength: Number.POSITIVE_INFINITY });
}

/** The chain of causes, outermost first, without those that only repeat what was said. */
function causesOf(thrown: unknown): readonly string[] {
  const told: string[] = [messageOf(thrown)];
  let cause = nextCause(thrown);
  for (let depth = 0; cause !== undefined && depth < CAUSES_SHOWN; depth += 1) {
    const code = systemCodeOf(cause);
    const message = messageOf(cause);
    const text = code === undefined || message.includes(code) ? message : `${message} (${code})`;
    if (!told.some((each) => each.includes(text))) told.push(text);
    cause = nextCause(cause);
  }
  return told.slice(1).map(firstLine);
}

function nextCause(thrown: unknown): unknown {
  if (!(thrown instanceof Error)) return undefined;
  // Node joins the failed attempts of one connection so.
  if (thrown.cause === undefined && thrown instanceof AggregateError) {
    const errors: readonly unknown[] = thrown.errors;
    return errors[0];
  }
  return thrown.cause;
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}

function renderRows(rows: readonly Row[], { style, width }: ErrorPlace): readonly string[] {
  const nameWidth = Math.max(...rows.map(([name]) => name.length));
  return rows.flatMap(([name, value]) => {
    const lines = wrapWords(cleanLine(value), Math.max(20, width - nameWidth - 4));
    return lines.map((line, index) => {
      const head = (index === 0 ? name : '').padEnd(nameWidth);
      return `  ${style.accent(head)}  ${line}`;
    });
  });
}
