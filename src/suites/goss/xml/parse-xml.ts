import type { XmlDocument, XmlElement, XmlParent } from './xml-tree.ts';

export type XmlReading = { readonly document: XmlDocument } | { readonly problem: string };

/** One piece of markup, or the text up to the next one. A DOCTYPE is passed over: its entities are never read. */
const PIECE =
  /<!--(?<comment>.*?)-->|<!\[CDATA\[(?<data>.*?)\]\]>|<\?.*?\?>|<!DOCTYPE(?:[^[>]|\[[^\]]*\])*>|<\/(?<closed>[^\s>]+)\s*>|<(?<opened>[^\s/>!?]+)(?<attributes>(?:[^>"']|"[^"]*"|'[^']*')*?)(?<empty>\/?)>|(?<text>[^<]+)/suy;
const ATTRIBUTE = /\s+(?<name>[^\s=]+)\s*=\s*(?:"(?<double>[^"<]*)"|'(?<single>[^'<]*)')/suy;

/** Deeper than any document that a person would query. */
const MOST_DEPTH = 200;

/**
 * Reads a document without validating it.
 * @see https://www.w3.org/TR/xml/
 */
export function parseXml(text: string): XmlReading {
  const document: XmlDocument = { kind: 'document', children: [] };
  const open: XmlElement[] = [];
  PIECE.lastIndex = 0;
  const source = text.replace(/^\u{feff}/u, '');
  while (PIECE.lastIndex < source.length) {
    const at = PIECE.lastIndex;
    const piece = PIECE.exec(source)?.groups;
    if (piece === undefined) return { problem: `is no XML: ${excerpt(source, at)} is no markup` };
    const problem = take(piece, { document, open });
    if (problem !== undefined) return { problem: `is no XML: ${problem}` };
  }
  const unclosed = open.at(-1);
  if (unclosed !== undefined) return { problem: `is no XML: <${unclosed.name}> is not closed` };
  if (!document.children.some(({ kind }) => kind === 'element')) {
    return { problem: 'is no XML: it has no element' };
  }
  return { document };
}

type Piece = Readonly<Record<string, string | undefined>>;

interface Growing {
  readonly document: XmlDocument;
  /** Elements that are not closed yet, the innermost last. */
  readonly open: XmlElement[];
}

/** Puts a piece into its place. Returns what is wrong with it. */
function take(piece: Piece, growing: Growing): string | undefined {
  const { document, open } = growing;
  const parent: XmlParent = open.at(-1) ?? document;
  const { comment, data, closed, opened, text } = piece;
  if (comment !== undefined) parent.children.push({ kind: 'comment', parent, text: comment });
  if (data !== undefined) parent.children.push({ kind: 'text', parent, text: data });
  if (text !== undefined) return takeText(parent, text);
  if (closed !== undefined && open.pop()?.name !== closed) return `</${closed}> closes nothing`;
  return opened === undefined ? undefined : takeElement(opened, piece, { ...growing, parent });
}

function takeText(parent: XmlParent, text: string): string | undefined {
  if (parent.kind === 'element') {
    parent.children.push({ kind: 'text', parent, text: decode(text) });
    return undefined;
  }
  return text.trim() === '' ? undefined : `${excerpt(text, 0)} stands outside of an element`;
}

function takeElement(
  opened: string,
  piece: Piece,
  { open, parent }: Growing & { readonly parent: XmlParent },
): string | undefined {
  if (open.length >= MOST_DEPTH) return 'its elements are nested too deep';
  const element: XmlElement = {
    kind: 'element',
    name: opened,
    parent,
    attributes: [],
    children: [],
  };
  const problem = takeAttributes(element, piece['attributes'] ?? '');
  parent.children.push(element);
  if (piece['empty'] === '') open.push(element);
  return problem;
}

function takeAttributes(element: XmlElement, written: string): string | undefined {
  ATTRIBUTE.lastIndex = 0;
  const source = written.trimEnd();
  while (ATTRIBUTE.lastIndex < source.length) {
    const at = ATTRIBUTE.lastIndex;
    const { name = '', double, single } = ATTRIBUTE.exec(source)?.groups ?? {};
    if (name === '') return `${excerpt(source, at)} in <${element.name}> is no attribute`;
    const text = decode(double ?? single ?? '');
    element.attributes.push({ kind: 'attribute', name, parent: element, text });
  }
  return undefined;
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

/** Entities that nobody knows stay as they are. */
function decode(text: string): string {
  return text
    .replaceAll(/\r\n?/gu, '\n')
    .replaceAll(/&(?:#\d{1,7}|#x[\da-f]{1,6}|\w+);/giu, (whole: string) => {
      const name = whole.slice(1, -1);
      if (!name.startsWith('#')) return ENTITIES[name] ?? whole;
      const code = Number(name.replace('#', '').replace(/^x/iu, '0x'));
      return code <= 0x10_ff_ff ? String.fromCodePoint(code) : whole;
    });
}

function excerpt(text: string, at: number): string {
  return JSON.stringify(text.slice(at, at + 20));
}
