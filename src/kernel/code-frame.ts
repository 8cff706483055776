/** A place in a text; lines and columns count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
  /** How many characters the caret covers. */
  readonly length: number;
}

const MAX_WIDTH = 100;
/** What stays visible before the place when a long line is cut. */
const LEAD = 20;

/**
 * The line of a place, and a caret under it. A long line is cut around the place; a tab and any other control
 * character is shown as one space, so that the caret stands right.
 */
export function codeFrame(text: string, place: Place): string {
  const line = (text.split(/\r?\n/u)[place.line - 1] ?? '').replaceAll(/[\p{Cc}\u{feff}]/gu, ' ');
  const start = place.column - 1;
  const from = start > MAX_WIDTH - LEAD ? start - LEAD : 0;
  const shown = line.slice(from, from + MAX_WIDTH);
  const room = Math.max(1, shown.length - (start - from));
  const gutter = `  ${place.line} | `;
  const caret = '^'.repeat(Math.max(1, Math.min(place.length, room)));
  return `${gutter}${shown.trimEnd()}\n${' '.repeat(gutter.length - 2)}| ${' '.repeat(start - from)}${caret}`;
}
