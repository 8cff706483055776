import type { XPathFunction } from './xpath.ts';
import {
  toBoolean,
  toNodes,
  toNumber,
  toText,
  toTexts,
  type XPathPlace,
  type XPathValue,
} from './xpath-values.ts';
import { localName, type AnyNode } from './xml-tree.ts';

/** @see https://www.w3.org/TR/1999/REC-xpath-19991116/#corelib */
export function callFunction(
  name: XPathFunction,
  args: readonly XPathValue[],
  place: XPathPlace,
): XPathValue {
  return functions[name](args, place);
}

type Call = (args: readonly XPathValue[], place: XPathPlace) => XPathValue;

const functions: Readonly<Record<XPathFunction, Call>> = {
  last: (_, { size }) => size,
  position: (_, { position }) => position,
  count: ([nodes = []]) => toNodes(nodes).length,
  'local-name': (args, place) => localName(nameOf(args, place)),
  name: nameOf,
  string: ownText,
  concat: (args) => args.map(toText).join(''),
  'starts-with': textual((text, part) => text.startsWith(part)),
  'ends-with': textual((text, part) => text.endsWith(part)),
  contains: textual((text, part) => text.includes(part)),
  'substring-before': textual((text, part) =>
    text.includes(part) ? text.slice(0, text.indexOf(part)) : '',
  ),
  'substring-after': textual((text, part) =>
    text.includes(part) ? text.slice(text.indexOf(part) + part.length) : '',
  ),
  'string-length': (args, place) => Array.from(ownText(args, place)).length,
  'normalize-space': (args, place) => ownText(args, place).trim().replaceAll(/\s+/gu, ' '),
  boolean: ([value = false]) => toBoolean(value),
  not: ([value = false]) => !toBoolean(value),
  true: () => true,
  false: () => false,
  number: (args, { node }) => toNumber(args[0] ?? [node]),
  sum: ([nodes = []]) => toTexts(nodes).reduce((sum, text) => sum + toNumber(text), 0),
  floor: ([value = Number.NaN]) => Math.floor(toNumber(value)),
  ceiling: ([value = Number.NaN]) => Math.ceil(toNumber(value)),
  round: ([value = Number.NaN]) => Math.round(toNumber(value)),
};

function textual(call: (text: string, part: string) => XPathValue): Call {
  return ([text = '', part = '']) => call(toText(text), toText(part));
}

/** Without an argument most functions are about where one stands. */
function ownText(args: readonly XPathValue[], { node }: XPathPlace): string {
  return toText(args[0] ?? [node]);
}

function nameOf(args: readonly XPathValue[], { node }: XPathPlace): string {
  const found: AnyNode | undefined = args[0] === undefined ? node : toNodes(args[0])[0];
  return found?.kind === 'element' || found?.kind === 'attribute' ? found.name : '';
}
