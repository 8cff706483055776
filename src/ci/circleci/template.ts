/** A piece of a scalar with `<< >>` in it. */
export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'value';
      /** What stands between the brackets, without blanks around it. */
      readonly content: string;
      /** The piece as it is written, brackets included. */
      readonly written: string;
    }
  | {
      /** `<<# x >>…<</ x >>`: its parts are there when the value is truthy, or with `^` when it is not. */
      readonly kind: 'section';
      readonly content: string;
      readonly written: string;
      readonly isInverted: boolean;
      readonly parts: readonly TemplatePart[];
    };

export interface TemplateProblem {
  /** The piece that is marked, as it is written. */
  readonly written: string;
  readonly message: string;
  readonly suggestion: string;
}

export interface Template {
  readonly parts: readonly TemplatePart[];
  readonly problems: readonly TemplateProblem[];
}

const ESCAPE = 'To write `<<` itself, as for a heredoc, put a backslash before it: `\\<<`.';

export function hasTemplate(text: string): boolean {
  return text.includes('<<');
}

/** The text as what stands around `<< >>`, and what stands in it. `\<<` is `<<` itself. */
export function parseTemplate(text: string): Template {
  const scan: Scan = { text, at: 0, problems: [] };
  const parts = scanParts(scan, undefined);
  return { parts, problems: scan.problems };
}

interface Scan {
  readonly text: string;
  at: number;
  readonly problems: TemplateProblem[];
}

/** @param section The content of the section that is open */
function scanParts(scan: Scan, section: string | undefined): readonly TemplatePart[] {
  const parts: TemplatePart[] = [];
  for (;;) {
    const open = scan.text.indexOf('<<', scan.at);
    if (open === -1) break;
    if (scan.text[open - 1] === '\\') {
      addText(parts, `${scan.text.slice(scan.at, open - 1)}<<`);
      scan.at = open + 2;
      continue;
    }
    addText(parts, scan.text.slice(scan.at, open));
    const close = scan.text.indexOf('>>', open + 2);
    if (close === -1) return [...parts, unclosed(scan, open)];
    scan.at = close + 2;
    const written = scan.text.slice(open, scan.at);
    const content = written.slice(2, -2).trim();
    const isClosing = content.startsWith('/');
    if (isClosing && content.slice(1).trim() === section) return parts;
    parts.push(scanPart(scan, content, written));
  }
  addText(parts, scan.text.slice(scan.at));
  scan.at = scan.text.length;
  if (section !== undefined) {
    scan.problems.push({
      written: section,
      message: `The section \`<<# ${section} >>\` has no end.`,
      suggestion: `Write \`<</ ${section} >>\` where it ends.`,
    });
  }
  return parts;
}

function scanPart(scan: Scan, content: string, written: string): TemplatePart {
  const mark = content[0];
  if (mark === '#' || mark === '^') {
    const name = content.slice(1).trim();
    const isInverted = mark === '^';
    return { kind: 'section', content: name, written, isInverted, parts: scanParts(scan, name) };
  }
  if (content === '' || mark === '/' || content.includes('\n') || content.startsWith('<')) {
    scan.problems.push({
      written: firstLineOf(written),
      message: `\`${firstLineOf(written)}\` is no expression.`,
      suggestion: ESCAPE,
    });
    return { kind: 'text', text: written };
  }
  return { kind: 'value', content, written };
}

function unclosed(scan: Scan, open: number): TemplatePart {
  const text = scan.text.slice(open);
  scan.at = scan.text.length;
  scan.problems.push({
    written: firstLineOf(text),
    message: `\`<<\` begins an expression, and no \`>>\` ends it.`,
    suggestion: ESCAPE,
  });
  return { kind: 'text', text };
}

function addText(parts: TemplatePart[], text: string): void {
  if (text !== '') parts.push({ kind: 'text', text });
}

function firstLineOf(text: string): string {
  return text.split('\n')[0] ?? '';
}
