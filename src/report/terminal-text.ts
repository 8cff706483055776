import { stripVTControlCharacters } from 'node:util';

/** C0 and C1 controls except tab and line feed, and the marks that reorder text. */
// eslint-disable-next-line no-control-regex -- control characters are what it is about
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/gu;
/** Starts of commands that CI services read from any place of a log line. */
const CI_COMMANDS = /##(?=\[|vso\[|teamcity\[)/gu;
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|^\p{Emoji_Presentation}/u;

const ASCII = /^[\u0020-\u007e]*$/u;

/**
 * Text from outside, made harmless for a terminal and for the log of a CI service: no escape sequences, no
 * control characters, no commands. Line feeds stay, and a carriage return counts as one.
 */
export function cleanText(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\r\n?/gu, '\n')
    .replaceAll('\t', '    ')
    .replace(CONTROLS, '\ufffd')
    .replace(CI_COMMANDS, '## ');
}

/** The same on one line. */
export function cleanLine(text: string): string {
  return cleanText(text)
    .replace(/\s*\n\s*/gu, ' ')
    .trim();
}

/** How many columns text takes, colours aside. */
export function textWidth(text: string): number {
  const plain = stripVTControlCharacters(text);
  // Nearly all text takes this way, and loading the tables for the other one takes 10 ms.
  if (ASCII.test(plain)) return plain.length;
  return graphemesOf(plain).reduce((width, grapheme) => width + graphemeWidth(grapheme), 0);
}

/** Plain text cut to `width` columns; `more` stands for what was cut. */
export function cutToWidth(text: string, width: number, more: string): string {
  if (textWidth(text) <= width) return text;
  if (width < more.length) return '';
  if (ASCII.test(text)) return text.slice(0, width - more.length).trimEnd() + more;
  let cut = '';
  let left = width - more.length;
  for (const grapheme of graphemesOf(text)) {
    left -= graphemeWidth(grapheme);
    if (left < 0) break;
    cut += grapheme;
  }
  return cut.trimEnd() + more;
}

function graphemesOf(text: string): readonly string[] {
  const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

function graphemeWidth(grapheme: string): number {
  return WIDE.test(grapheme) ? 2 : 1;
}

/** Words put on lines of at most `width` columns. A word that is longer has its line alone. */
export function wrapWords(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && textWidth(longer) > width) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return [...lines, line];
}
