import type { OutputLine } from './run-view.ts';

const LINES_KEPT = 200;
const CHARACTERS_PER_LINE = 2000;

/** The last lines of a step's output after one more piece, which may begin and end within a line. */
export function appendOutput(
  lines: readonly OutputLine[],
  piece: { readonly source: string; readonly text: string },
): readonly OutputLine[] {
  const { source } = piece;
  const texts = piece.text.split('\n');
  const last = lines.at(-1);
  const continues = last !== undefined && !last.isWhole && last.source === source;
  const added = texts.flatMap((text, index): readonly OutputLine[] => {
    const isWhole = index < texts.length - 1;
    const start = index === 0 && continues ? last.text : '';
    // What follows the last line feed is no line of its own.
    if (!isWhole && start + text === '') return [];
    return [{ source, text: (start + text).slice(0, CHARACTERS_PER_LINE), isWhole }];
  });
  return [...(continues ? lines.slice(0, -1) : lines), ...added].slice(-LINES_KEPT);
}
