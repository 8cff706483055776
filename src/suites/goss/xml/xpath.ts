/** An XPath 1.0 expression, read. */
export type XPath =
  | { readonly kind: 'literal'; readonly value: string | number }
  | { readonly kind: 'call'; readonly name: XPathFunction; readonly args: readonly XPath[] }
  | {
      readonly kind: 'operation';
      readonly operator: XPathOperator;
      readonly left: XPath;
      readonly right: XPath;
    }
  | {
      readonly kind: 'path';
      /** Where it begins: an expression, the top of the document, or where one stands. */
      readonly from: XPath | 'top' | 'here';
      readonly predicates: readonly XPath[];
      readonly steps: readonly XPathStep[];
    };

export interface XPathStep {
  readonly axis: XPathAxis;
  readonly test: XPathTest;
  readonly predicates: readonly XPath[];
}

export const axes = [
  'child',
  'descendant',
  'descendant-or-self',
  'self',
  'parent',
  'ancestor',
  'ancestor-or-self',
  'following-sibling',
  'preceding-sibling',
  'attribute',
] as const;
export type XPathAxis = (typeof axes)[number];

export type XPathTest =
  | { readonly kind: 'node' | 'text' | 'comment' }
  /** `*` is any name; a name with a prefix must have it in the document too. */
  | { readonly kind: 'name'; readonly name: string };

export const operators = [
  ['or'],
  ['and'],
  ['=', '!='],
  ['<=', '>=', '<', '>'],
  ['+', '-'],
  ['*', 'div', 'mod'],
  ['|'],
] as const;
export type XPathOperator = (typeof operators)[number][number];

export const functionNames = [
  'last',
  'position',
  'count',
  'local-name',
  'name',
  'string',
  'concat',
  'starts-with',
  'ends-with',
  'contains',
  'substring-before',
  'substring-after',
  'string-length',
  'normalize-space',
  'boolean',
  'not',
  'true',
  'false',
  'number',
  'sum',
  'floor',
  'ceiling',
  'round',
] as const;
export type XPathFunction = (typeof functionNames)[number];
