import { evaluateXPath } from '../xml/evaluate-xpath.ts';
import { parseXml } from '../xml/parse-xml.ts';
import { parseXPath } from '../xml/parse-xpath.ts';
import { renderNode } from '../xml/xml-tree.ts';
import type { XPathValue } from '../xml/xpath-values.ts';
import {
  asking,
  holds,
  noMatcher,
  unclear,
  type Match,
  type Matcher,
  type Writing,
} from './matcher.ts';
import { isRecord, showValue, toText } from './values.ts';

/** `xml: {xpath, result}`: what an XPath expression makes of an XML text. */
export function xml(writing: Writing): Matcher {
  const { value } = writing;
  if (!isRecord(value) || !('xpath' in value) || !('result' in value)) {
    writing.complain({
      message: `\`xml\` needs the keys \`xpath\` and \`result\`, but has ${showValue(value)}.`,
    });
    return noMatcher;
  }
  const written = toText(value['xpath']);
  const xpath = parseXPath(written);
  if ('problem' in xpath) {
    const message = `The expression ${showValue(written)} ${xpath.problem}.`;
    const suggestion = '`docs/goss-tests.md` lists what an expression can have.';
    writing.below('xpath', written).complain({ message, suggestion });
    return noMatcher;
  }
  const expected = toText(value['result']);
  const what = expected.trim() === '' ? 'something' : showValue(expected);
  const demand = `have ${what} at ${showValue(written)}`;
  return {
    demand,
    match: (actual): Match => {
      if (typeof actual !== 'string') return unclear(`is ${showValue(actual)}, which is no text`);
      const parsed = parseXml(actual);
      if ('problem' in parsed) return unclear(parsed.problem);
      return judge(evaluateXPath(xpath, parsed.document), expected, `at ${showValue(written)}`);
    },
  };
}

function judge(found: XPathValue, expected: string, where: string): Match {
  // Nodes without a result are only asked to be there.
  if (typeof found === 'object' && expected.trim() === '') {
    return found.length > 0 ? holds : { state: 'fails', because: `has nothing ${where}` };
  }
  const text = typeof found === 'object' ? found.map(renderNode).join('') : String(found);
  const match = asking(`be ${showValue(expected)}`, (actual) => actual === expected).match(text);
  return match.state === 'holds'
    ? match
    : { state: match.state, because: `${where} ${match.because}` };
}
