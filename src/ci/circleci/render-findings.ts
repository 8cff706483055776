import { codeFrame } from '../../kernel/code-frame.ts';
import { cleanLine, cleanText } from '../../report/terminal-text.ts';
import type { Finding, NotChecked } from './finding.ts';
import { placeOf, type CallStack, type Origin } from './tree.ts';

/** One finding as programs read it. */
export interface FindingRecord {
  readonly code: string;
  readonly severity: Finding['severity'];
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly message: string;
  readonly official?: string;
  readonly suggestion?: string;
  readonly related?: { readonly file: string; readonly line: number; readonly column: number };
  /** Outermost first. */
  readonly calls?: readonly {
    readonly kind: CallStack['kind'];
    readonly name: string;
    readonly file: string;
    readonly line: number;
    readonly column: number;
  }[];
}

export function toRecord(finding: Finding): FindingRecord {
  const { code, severity, origin, message, official, suggestion, related, calls } = finding;
  const end = origin.source.lines.linePos(Math.max(origin.start, origin.end));
  return {
    code,
    severity,
    ...position(origin),
    endLine: Math.max(1, end.line),
    endColumn: Math.max(1, end.col),
    message,
    ...(official === undefined ? {} : { official }),
    ...(suggestion === undefined ? {} : { suggestion }),
    ...(related === undefined ? {} : { related: position(related) }),
    ...(calls === undefined ? {} : { calls: framesOf(calls).map(toFrame) }),
  };
}

function position(origin: Origin): { file: string; line: number; column: number } {
  const { line, column } = placeOf(origin);
  return { file: origin.source.file, line, column };
}

function toFrame({ kind, name, origin }: CallStack): NonNullable<FindingRecord['calls']>[number] {
  return { kind, name, ...position(origin) };
}

/** Outermost call first. */
export function framesOf(calls: CallStack | undefined): readonly CallStack[] {
  const frames: CallStack[] = [];
  for (let frame = calls; frame !== undefined; frame = frame.caller) frames.unshift(frame);
  return frames;
}

/** Place, message, the line with a caret, what CircleCI says, what to do, and how it came there. */
export function renderFinding(finding: Finding): string {
  const { origin, severity, code, message, official, suggestion, calls } = finding;
  const place = placeOf(origin);
  return [
    `${origin.source.file}:${place.line}:${place.column}: ${severity}: ${cleanText(message)} [${code}]`,
    codeFrame(origin.source.text, place),
    ...(official === undefined
      ? []
      : official
          .split('\n')
          .map((line, index) => `  ${index === 0 ? 'CircleCI:' : '         '} ${cleanLine(line)}`)),
    ...(suggestion === undefined ? [] : [`  ${cleanLine(suggestion)}`]),
    ...framesOf(calls)
      .toReversed()
      .map((frame) => `  called from ${placeText(frame.origin)} (${frame.kind} ${frame.name})`),
  ].join('\n');
}

function placeText(origin: Origin): string {
  const { file, line, column } = position(origin);
  return `${file}:${line}:${column}`;
}

export function renderNotChecked(notChecked: readonly NotChecked[]): readonly string[] {
  return notChecked.map(({ subject, why }) => `not checked: ${cleanLine(subject)}: ${why}`);
}

/** "3 errors and 1 warning"; absent when there is nothing of the kind. */
export function countFindings(findings: readonly Finding[]): string | undefined {
  const parts = (['error', 'warning', 'info'] as const).flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    const noun = severity === 'info' ? 'remark' : severity;
    return count === 0 ? [] : [`${count} ${noun}${count === 1 ? '' : 's'}`];
  });
  return parts.length === 0 ? undefined : parts.join(', ');
}
