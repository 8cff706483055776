import type { Finding } from '../circleci/finding.ts';
import type { SourceText } from '../circleci/tree.ts';

const COMMENT = /#\s*cci-ignore(-next-line|-start|-end|-file)?((?:[ ,]+L\d\d)*)\s*$/u;

interface Suppression {
  /** From 1. */
  readonly from: number;
  readonly to: number;
  /** Empty for every rule. */
  readonly ids: readonly string[];
}

/**
 * Whether a comment of the file says to pass over a finding: `# cci-ignore` at the end of its line, `-next-line` above it,
 * `-start` and `-end` around it, `-file` anywhere. Ids after it (`# cci-ignore L04`) name the only rules that are meant.
 */
export function createSuppressions(): (finding: Finding) => boolean {
  const known = new Map<SourceText, readonly Suppression[]>();
  return ({ origin, code }) => {
    const { source } = origin;
    const suppressions = known.get(source) ?? read(source.text);
    known.set(source, suppressions);
    const { line } = source.lines.linePos(origin.start);
    return suppressions.some(
      ({ from, to, ids }) => line >= from && line <= to && (ids.length === 0 || ids.includes(code)),
    );
  };
}

function read(text: string): readonly Suppression[] {
  const found: Suppression[] = [];
  const open: { readonly from: number; readonly ids: readonly string[] }[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const match = COMMENT.exec(line.trimEnd());
    if (match === null) continue;
    const ids = match[2]?.match(/L\d\d/gu) ?? [];
    const number = index + 1;
    if (match[1] === '-file') found.push({ from: 0, to: Infinity, ids });
    else if (match[1] === '-next-line') found.push({ from: number + 1, to: number + 1, ids });
    else if (match[1] === '-start') open.push({ from: number, ids });
    else if (match[1] === '-end')
      found.push(...open.splice(-1).map((each) => ({ ...each, to: number })));
    else found.push({ from: number, to: number, ids });
  }
  // Without an end it goes to the end of the file.
  return [...found, ...open.map((each) => ({ ...each, to: Infinity }))];
}
