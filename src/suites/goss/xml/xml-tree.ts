export interface XmlDocument {
  readonly kind: 'document';
  readonly children: XmlNode[];
}

export interface XmlElement {
  readonly kind: 'element';
  /** With its prefix, as written. */
  readonly name: string;
  readonly parent: XmlParent;
  readonly attributes: XmlAttribute[];
  readonly children: XmlNode[];
}

export interface XmlAttribute {
  readonly kind: 'attribute';
  readonly name: string;
  readonly parent: XmlElement;
  readonly text: string;
}

export interface XmlText {
  readonly kind: 'text' | 'comment';
  readonly parent: XmlParent;
  readonly text: string;
}

export type XmlParent = XmlDocument | XmlElement;
export type XmlNode = XmlElement | XmlText;
export type AnyNode = XmlDocument | XmlNode | XmlAttribute;

/** The text below a node, as XPath's `string()` has it. */
export function textOf(node: AnyNode): string {
  if (!('children' in node)) return node.text;
  return node.children.map((child) => (child.kind === 'comment' ? '' : textOf(child))).join('');
}

/** The part of a name after its prefix. */
export function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

/** As goss puts found nodes into a text: an attribute like an element, text without the space around it. */
export function renderNode(node: AnyNode): string {
  switch (node.kind) {
    case 'text':
      return escape(node.text.trim());
    case 'comment':
      return `<!--${node.text}-->`;
    case 'attribute':
      return `<${node.name}>${escape(node.text)}</${node.name}>`;
    case 'document':
      return node.children.map(renderNode).join('');
    case 'element': {
      const attributes = node.attributes.map(({ name, text }) => ` ${name}="${escape(text)}"`);
      const start = `<${node.name}${attributes.join('')}`;
      if (node.children.length === 0) return `${start}/>`;
      return `${start}>${node.children.map(renderNode).join('')}</${node.name}>`;
    }
  }
}

/** @see https://pkg.go.dev/encoding/xml#EscapeText */
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
};

function escape(text: string): string {
  return text.replaceAll(/[&<>"'\t\n\r]/gu, (character) => ESCAPES[character] ?? character);
}
