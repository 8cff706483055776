import { readDirectives, type Directives } from './directives.ts';
import { heredocsOf, type Heredoc } from './heredoc.ts';
import {
  errorAt,
  lineAt,
  splitLines,
  type SourceLine,
  type SourceRange,
  type SourceText,
} from './source-text.ts';

/** The instructions of a Dockerfile, in order, nothing expanded and nothing resolved. */
export interface ParsedDockerfile extends SourceText, Directives {
  readonly instructions: readonly Instruction[];
}

export interface Instruction {
  /** Upper case. */
  readonly keyword: string;
  /** All after the keyword, its lines joined and without comments, as BuildKit sees it. */
  readonly text: string;
  /** Where each character of `text` stands in the source. */
  readonly offsets: readonly number[];
  readonly heredocs: readonly Heredoc[];
  /** From the keyword to the end, here-documents included. */
  readonly range: SourceRange;
  /** Of the keyword, from 1. */
  readonly line: number;
}

const KEYWORDS: ReadonlySet<string> = new Set([
  'ADD',
  'ARG',
  'CMD',
  'COPY',
  'ENTRYPOINT',
  'ENV',
  'EXPOSE',
  'FROM',
  'HEALTHCHECK',
  'LABEL',
  'MAINTAINER',
  'ONBUILD',
  'RUN',
  'SHELL',
  'STOPSIGNAL',
  'USER',
  'VOLUME',
  'WORKDIR',
]);

/**
 * Splits a Dockerfile into instructions by the rules of BuildKit's parser.
 *
 * `dockerfile-ast` is not used here: it takes `3<<EOF` for no here-document, and two backslashes at the end of
 * a line for a continuation, so that it finds instructions that are none and loses others.
 *
 * @throws {DockerfileError} DOCKERFILE_SYNTAX
 * @see https://github.com/moby/buildkit/blob/v0.16.0/frontend/dockerfile/parser/parser.go
 */
export function parseDockerfile(text: string, file = 'Dockerfile'): ParsedDockerfile {
  const source: SourceText = { file, text };
  const lines = splitLines(text);
  const directives = readDirectives(source, lines);
  const instructions: Instruction[] = [];
  let next = 0;
  while (next < lines.length) {
    const logical = readLogicalLine(lines, next, directives.escape);
    next = logical.next;
    if (logical.text.trim() === '') continue;
    const parsed = parseInstruction(source, logical, lines);
    const bodies = readHeredocs({ source, lines, next, instruction: parsed });
    next = bodies.next;
    const end = bodies.end ?? parsed.range.end;
    const { start } = parsed.range;
    instructions.push({ ...parsed, heredocs: bodies.heredocs, range: { start, end } });
  }
  return { ...source, ...directives, instructions };
}

interface LogicalLine {
  readonly text: string;
  readonly offsets: readonly number[];
  /** Index of the line after its last. */
  readonly next: number;
}

/** Joins a line with its continuations; comments and empty lines between them vanish. */
function readLogicalLine(lines: readonly SourceLine[], first: number, escape: string): LogicalLine {
  const text: string[] = [];
  const offsets: number[] = [];
  let next = first;
  for (;;) {
    const line = lines[next];
    if (line === undefined) break;
    next += 1;
    if (isComment(line.text)) {
      // Before an instruction it stands alone, inside one it is passed over.
      if (text.length === 0) break;
      continue;
    }
    if (text.length > 0 && line.text.trim() === '') continue;
    const piece = withoutContinuation(line.text, escape);
    text.push(piece);
    for (let index = 0; index < piece.length; index += 1) offsets.push(line.offset + index);
    if (piece === line.text) break;
  }
  return { text: text.join(''), offsets, next };
}

function isComment(line: string): boolean {
  return line.trimStart().startsWith('#');
}

/** The line without the escape character at its end; the same line when it has none, or two. */
function withoutContinuation(line: string, escape: string): string {
  const trimmed = line.replace(/[ \t]+$/u, '');
  if (!trimmed.endsWith(escape) || trimmed.at(-2) === escape) return line;
  return trimmed.slice(0, -1);
}

function parseInstruction(
  source: SourceText,
  logical: LogicalLine,
  lines: readonly SourceLine[],
): Instruction {
  const start = logical.text.length - logical.text.trimStart().length;
  const [keyword = ''] = /^\S+/u.exec(logical.text.slice(start)) ?? [];
  const rest = logical.text.slice(start + keyword.length);
  const from = start + keyword.length + (rest.length - rest.trimStart().length);
  const to = logical.text.trimEnd().length;
  const startOffset = logical.offsets[start] ?? 0;
  const range = { start: startOffset, end: (logical.offsets[to - 1] ?? startOffset) + 1 };
  if (!KEYWORDS.has(keyword.toUpperCase())) {
    throw errorAt(
      source,
      { start: startOffset, end: startOffset + keyword.length },
      {
        code: 'DOCKERFILE_SYNTAX',
        message: `there is no instruction \`${keyword}\``,
        hint: /^(?:&&|\|\|?|;)/u.test(keyword)
          ? 'End the line before with the escape character, usually a backslash.'
          : undefined,
      },
    );
  }
  return {
    keyword: keyword.toUpperCase(),
    text: logical.text.slice(from, Math.max(from, to)),
    offsets: logical.offsets.slice(from, Math.max(from, to)),
    heredocs: [],
    range,
    line: lineAt(lines, startOffset),
  };
}

interface HeredocReading {
  readonly source: SourceText;
  readonly lines: readonly SourceLine[];
  readonly next: number;
  readonly instruction: Instruction;
}

/** The bodies that follow an instruction, one after the other. */
function readHeredocs(reading: HeredocReading): {
  readonly heredocs: readonly Heredoc[];
  readonly next: number;
  readonly end?: number | undefined;
} {
  let { next } = reading;
  let end: number | undefined;
  const heredocs = heredocsOf(reading.instruction).map((start): Heredoc => {
    const body: string[] = [];
    for (;;) {
      const line = reading.lines[next];
      if (line === undefined || (next === reading.lines.length - 1 && line.text === '')) {
        throw errorAt(reading.source, reading.instruction.range, {
          code: 'DOCKERFILE_SYNTAX',
          message: `the here-document \`${start.name}\` has no end`,
          hint: `End it with a line that holds only \`${start.name}\`.`,
        });
      }
      next += 1;
      end = line.offset + line.text.length;
      const shown = start.isTabbed ? line.text.replace(/^\t+/u, '') : line.text;
      if (shown === start.name) return { ...start, content: body.join('') };
      body.push(`${line.text}\n`);
    }
  });
  return { heredocs, next, end };
}
