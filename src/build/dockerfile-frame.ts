import type { DockerfileSource } from './dockerfile-source.ts';
import type { InstructionPlace } from './dockerfile-line.ts';

const MAX_SHOWN_LINES = 8;
const MAX_WIDTH = 120;

/** Where it is and what stands there: `Dockerfile:3`, the lines, and a caret under the first. */
export function renderFrame(dockerfile: DockerfileSource, place: InstructionPlace): string {
  const lines = shownText(dockerfile).split(/\r?\n/u);
  const last = Math.min(place.lastLine, place.firstLine + MAX_SHOWN_LINES - 1, lines.length);
  const width = String(last).length;
  const numbered: string[] = [];
  for (let line = place.firstLine; line <= last; line += 1) {
    const text = shownLine(lines[line - 1] ?? '');
    const isFirst = line === place.firstLine;
    numbered.push(`${isFirst ? '>' : ' '} ${String(line).padStart(width)} | ${text}`);
    if (isFirst) numbered.push(`  ${' '.repeat(width)} | ${caret(text)}`);
  }
  if (last < place.lastLine) numbered.push(`  ${' '.repeat(width)} | …`);
  return [`${shownName(dockerfile)}:${String(place.firstLine)}`, ...numbered].join('\n');
}

export function shownName(dockerfile: DockerfileSource): string {
  return dockerfile.shownAs ?? dockerfile.path;
}

/** The text that was built; places are found in it. */
export function builtText(dockerfile: DockerfileSource): string {
  return dockerfile.pinnedText ?? dockerfile.text;
}

/** People look for what they wrote, not for what parents were pinned to. */
function shownText(dockerfile: DockerfileSource): string {
  const built = builtText(dockerfile);
  return countLines(built) === countLines(dockerfile.text) ? dockerfile.text : built;
}

/** Without what would move the cursor, and no longer than a terminal is wide. */
function shownLine(line: string): string {
  const plain = line.replaceAll(/[\p{Cc}\u{feff}]/gu, ' ').trimEnd();
  return plain.length > MAX_WIDTH ? `${plain.slice(0, MAX_WIDTH)}…` : plain;
}

function countLines(text: string): number {
  return text.split('\n').length;
}

function caret(line: string): string {
  const indent = line.length - line.trimStart().length;
  const keyword = /^\S+/u.exec(line.trimStart())?.[0].length ?? 1;
  return `${line.slice(0, indent).replace(/\S/gu, ' ')}${'^'.repeat(keyword)}`;
}
