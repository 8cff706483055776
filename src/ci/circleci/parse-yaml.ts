import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  type Document,
  type ScalarTag,
  type YAMLError,
} from 'yaml';
import { didYouMean } from '../../config/suggestion.ts';
import { messageOf } from '../../kernel/errors.ts';
import type { Findings } from './finding.ts';
import { toPlain, writtenOf } from './plain-value.ts';
import type { Entry, Node, Origin, Scalar, SourceText } from './tree.ts';

/** More nodes than this, counted with every alias written out, is an alias bomb and no configuration. */
const MOST_NODES = 500_000;

/** CircleCI reads the booleans of YAML 1.1, but `y` and `n` are text. */
const yesNo: ScalarTag = {
  tag: 'tag:yaml.org,2002:bool',
  default: true,
  test: /^(?:yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF)$/u,
  resolve: (text) => /^(?:yes|on)$/iu.test(text),
};

export interface ParsedFile {
  readonly source: SourceText;
  /** Absent when the file is empty or cannot be read at all. */
  readonly root?: Node | undefined;
  /** Offsets of anchors: a key that holds one is there to be referred to. */
  readonly anchors: readonly number[];
}

/**
 * YAML as CircleCI reads it: scalars of the 1.2 core schema and yes, no, on, off; merge keys, of lists too. Problems are
 * findings; the tree holds what could be read.
 * @see https://circleci.com/docs/reference/configuration-reference/
 */
export function parseYaml(file: string, text: string, findings: Findings): ParsedFile {
  const source: SourceText = { file, text, lines: new LineCounter() };
  const document = parseDocument(source, findings);
  if (document?.contents == null) {
    if (document !== undefined)
      addAt(findings, at(source, 0, 0), { message: 'The file is empty.' });
    return { source, anchors: [] };
  }
  for (const error of [...document.errors, ...document.warnings].slice(0, 10)) {
    addYamlError(source, error, findings);
  }
  const reader = createReader(source, document, findings);
  const { node: root, size } = reader.read(document.contents);
  if (size > MOST_NODES) {
    addAt(findings, at(source, 0, 1), {
      message: `The aliases of the file write out to more than ${MOST_NODES} values.`,
    });
    return { source, anchors: [] };
  }
  return { source, root, anchors: reader.anchors };
}

function parseDocument(source: SourceText, findings: Findings): Document.Parsed | undefined {
  try {
    const documents = parseAllDocuments(source.text, {
      version: '1.2',
      lineCounter: source.lines,
      prettyErrors: false,
      merge: true,
      uniqueKeys: false,
      customTags: (tags) => [yesNo, ...tags],
    });
    if (!Array.isArray(documents)) {
      addAt(findings, at(source, 0, 0), { message: 'The file is empty.' });
      return undefined;
    }
    const second = documents[1];
    if (second !== undefined) {
      addAt(findings, at(source, second.range[0], second.range[0] + 1), {
        message: 'A second document begins here; a configuration is one document.',
        suggestion: 'Remove the `---` line.',
      });
    }
    return documents[0];
  } catch (error) {
    // The parser recurses: thousands of nested brackets end its stack.
    addAt(findings, at(source, 0, 1), {
      message: `The file cannot be parsed: ${messageOf(error)}.`,
    });
    return undefined;
  }
}

function readScalar(node: unknown, origin: Origin): Scalar {
  const value = isScalar(node) ? toPlain(node.value) : null;
  return { kind: 'scalar', value, written: writtenOf(node, value), origin };
}

interface Read {
  readonly node: Node;
  /** Nodes in it, with aliases written out. */
  readonly size: number;
}

interface Reader {
  read(node: unknown): Read;
  readonly anchors: readonly number[];
}

function createReader(source: SourceText, document: Document.Parsed, findings: Findings): Reader {
  const anchors: number[] = [];
  const named = new Map<string, Read>();
  const open = new Set<string>();

  function read(node: unknown): Read {
    if (isAlias(node)) return readAlias(node.source, originOf(node));
    const anchor = isMap(node) || isSeq(node) || isScalar(node) ? node.anchor : undefined;
    if (anchor !== undefined) {
      anchors.push(originOf(node).start);
      open.add(anchor);
    }
    const result = readOne(node);
    if (anchor !== undefined) {
      open.delete(anchor);
      named.set(anchor, result);
    }
    return result;
  }

  function readAlias(name: string, origin: Origin): Read {
    const target = named.get(name);
    if (target !== undefined && !open.has(name)) return target;
    addAt(
      findings,
      origin,
      open.has(name)
        ? { message: `The anchor \`&${name}\` holds itself.` }
        : {
            message: `No anchor \`&${name}\` stands before this alias.`,
            suggestion: didYouMean(name, named.keys()),
          },
    );
    return { node: { kind: 'scalar', value: null, written: '', origin }, size: 1 };
  }

  function readOne(node: unknown): Read {
    const origin = originOf(node);
    if (isSeq(node)) {
      const items = node.items.map(read);
      return sized({ kind: 'list', items: items.map((item) => item.node), origin }, items);
    }
    if (!isMap(node)) return { node: readScalar(node, origin), size: 1 };
    const entries = new Map<unknown, Entry>();
    const merged: Entry[] = [];
    const parts: Read[] = [];
    for (const { key, value } of node.items) {
      const name = readKey(key);
      const part = read(value ?? { afterKey: name.origin.end });
      parts.push(part);
      if (isMergeKey(key)) merged.push(...mergedEntries(part.node, name, findings));
      else addEntry(entries, { key: name, value: part.node }, findings);
    }
    const all = [...entries.values(), ...inheritedEntries(merged, entries)];
    return sized({ kind: 'map', entries: all, origin }, parts);
  }

  function readKey(node: unknown): Scalar {
    const scalar = isAlias(node) ? node.resolve(document) : node;
    const origin = originOf(node);
    if (isScalar(scalar)) {
      const name = writtenOf(scalar, toPlain(scalar.value));
      return { kind: 'scalar', value: name, written: name, origin };
    }
    addAt(findings, origin, {
      message: 'A key must be plain text.',
      suggestion: 'Put a text that begins with `{` or `[` into quotes.',
    });
    return {
      kind: 'scalar',
      value: source.text.slice(origin.start, origin.end),
      written: '',
      origin,
    };
  }

  function originOf(node: unknown): Origin {
    if ((isMap(node) || isSeq(node) || isScalar(node) || isAlias(node)) && node.range != null) {
      return at(source, node.range[0], node.range[1]);
    }
    const after = isAfterKey(node) ? node.afterKey : 0;
    return at(source, after, after);
  }

  return { read, anchors };
}

function isAfterKey(node: unknown): node is { readonly afterKey: number } {
  return typeof node === 'object' && node !== null && 'afterKey' in node;
}

function sized(node: Node, parts: readonly Read[]): Read {
  return { node, size: parts.reduce((sum, part) => sum + part.size, 1) };
}

function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.source === '<<' && key.type === 'PLAIN';
}

function mergedEntries(node: Node, key: Scalar, findings: Findings): readonly Entry[] {
  const maps = node.kind === 'list' ? node.items : [node];
  return maps.flatMap((map) => {
    if (map.kind === 'map') return map.entries;
    addAt(findings, key.origin, {
      message: 'Only maps, or a list of maps, can be merged with `<<`.',
    });
    return [];
  });
}

/** Of several merged maps the first that has a key gives its value; a key of its own wins over all. */
function inheritedEntries(
  merged: readonly Entry[],
  own: ReadonlyMap<unknown, Entry>,
): readonly Entry[] {
  if (merged.length === 0) return merged;
  const known = new Map<unknown, Entry>();
  for (const entry of merged) {
    const name = entry.key.value;
    if (!own.has(name) && !known.has(name)) known.set(name, entry);
  }
  return [...known.values()];
}

function addEntry(entries: Map<unknown, Entry>, entry: Entry, findings: Findings): void {
  const first = entries.get(entry.key.value);
  if (first === undefined) {
    entries.set(entry.key.value, entry);
    return;
  }
  const { line, col } = first.key.origin.source.lines.linePos(first.key.origin.start);
  findings.add({
    code: 'duplicate-key',
    severity: 'error',
    origin: entry.key.origin,
    message: `The key \`${entry.key.written}\` is here a second time, first in line ${line}, column ${col}.`,
    suggestion: isEmpty(first.value) || isEmpty(entry.value) ? 'Remove the empty one.' : JOIN,
    related: first.key.origin,
  });
  // An empty one says nothing: what is meant is the other.
  if (!isEmpty(entry.value)) entries.set(entry.key.value, entry);
}

const JOIN = 'Join the two, or rename one.';

function isEmpty(node: Node): boolean {
  return node.kind === 'scalar' && node.value === null;
}

function addYamlError(source: SourceText, error: YAMLError, findings: Findings): void {
  const { line } = source.lines.linePos(error.pos[0]);
  const indent = /^[ ]*\t/u.exec(source.text.split('\n')[line - 1] ?? '');
  if (error.code === 'TAB_AS_INDENT' || indent !== null) {
    addAt(findings, at(source, error.pos[0], error.pos[0] + 1), {
      message: 'A tab is used for indentation.',
      suggestion: 'Use spaces.',
    });
    return;
  }
  addAt(findings, at(source, error.pos[0], error.pos[1]), {
    message: error.message.replace(/\.?$/u, '.'),
    suggestion:
      error.code === 'BLOCK_AS_IMPLICIT_KEY' || error.code === 'BAD_SCALAR_START'
        ? 'Put a value that holds `: `, or begins with a sign, into quotes.'
        : undefined,
  });
}

function at(source: SourceText, start: number, end: number): Origin {
  return { source, start, end };
}

function addAt(
  findings: Findings,
  origin: Origin,
  content: { readonly message: string; readonly suggestion?: string | undefined },
): void {
  findings.add({ code: 'yaml', severity: 'error', origin, ...content });
}
