import { describe, expect, it } from 'vitest';
import { parseYamlSource } from '../../../config/yaml-source.ts';
import { compileMatcher, matchers } from './compile-matcher.ts';
import type { Writing } from './matcher.ts';
import { patternsIn } from './patterns.ts';
import { verdictsInMemory } from '../testing/goss-bench.ts';
import { isRecord } from './values.ts';

function writingOf(value: unknown, problems: string[] = []): Writing {
  const make = (each: unknown, path: Writing['path']): Writing => ({
    value: each,
    path,
    below: (step, child) => make(child, [...path, step]),
    complain: ({ message, suggestion }) =>
      problems.push([`${path.join('.')}: ${message}`, suggestion ?? ''].join(' ').trim()),
  });
  return make(value, []);
}

function toValue(yaml: string): unknown {
  const { value } = parseYamlSource('x.yaml', `x: ${yaml}`);
  return isRecord(value) ? value['x'] : undefined;
}

/** `holds`, or how it failed. */
function outcome(actual: string, matcher: string): string {
  const problems: string[] = [];
  const match = compileMatcher(writingOf(toValue(matcher), problems)).match(toValue(actual));
  if (problems.length > 0) return `refused: ${problems.join('; ')}`;
  return match.state === 'holds' ? 'holds' : `${match.state}: ${match.because}`;
}

const order = `|
  <?xml version="1.0"?><!DOCTYPE order [<!ENTITY a "b">]>
  <order date="2019-02-01"><!-- two books -->
    <address xmlns:b="http://localhost/b"><b:name>Mary &amp; John</b:name></address>
    <book isbn="1"><title>Potter</title><price>25</price><empty/></book>
    <book isbn='2'><title><![CDATA[Le <seigneur>]]></title><price>18</price></book>
  </order>`;
const json = `'{"foo": "bar", "moo": {"nested": "cow"}, "count": "15", "a.b": 1, "list": [{"n": "x", "v": 2}, {"n": "y", "v": 3}, 7]}'`;

/** By matcher: value, what is asked of it, and the outcome. Each has one that holds and one that does not. */
const cases: Readonly<Record<string, readonly (readonly [string, string, string])[]>> = {
  'a text': [
    ['this is a test', 'this is a test', 'holds'],
    ['128', '"128"', 'holds'],
    ['true', '"true"', 'holds'],
    ['[a, 2]', '"a\\n2"', 'holds'],
    ['{b: 1, a: [x, y]}', '"map[a:[x y] b:1]"', 'holds'],
    ['a', 'b', 'fails: is "a", and should be "b"'],
  ],
  'a number': [
    ['42', '42', 'holds'],
    ['" 128.0 "', '128', 'holds'],
    ['["42"]', '42', 'holds'],
    ['42', '43', 'fails: is 42, and should be 43'],
    ['many', '43', 'unclear: is "many", which is no number, and should be 43'],
  ],
  'a truth value': [
    ['true', 'true', 'holds'],
    ['"true"', 'true', 'fails: is "true", and should be true'],
  ],
  'a list': [
    ['[a, b, c]', '[c, a]', 'holds'],
    ['["45", "46"]', '[contain-substring: "4", {and: [{ge: 46}, {le: 50}]}]', 'holds'],
    [
      '[a, b]',
      '[a, a, c]',
      'fails: is ["a","b"], and lacks one that should be "a", one that should be "c"',
    ],
    ['a', '[a]', 'unclear: is "a", which is no list, and should contain one that should be "a"'],
  ],
  equal: [
    ['[foo, {a: 1}]', '{equal: [foo, {a: 1}]}', 'holds'],
    ['[a, b]', '{equal: [b, a]}', 'fails: is ["a","b"], and should equal ["b","a"]'],
    ['"1"', '{equal: 1}', 'fails: is "1", and should equal 1'],
  ],
  'have-prefix': [
    ['foo', '{have-prefix: f}', 'holds'],
    ['foo', '{have-prefix: o}', 'fails: is "foo", and should have the prefix "o"'],
    [
      'foo',
      '{have-prefix: 1}',
      'refused: have-prefix: `have-prefix` needs a text, but has 1. Put it into quotes: `"1"`.',
    ],
  ],
  'have-suffix': [
    ['128', '{have-suffix: "8"}', 'holds'],
    ['foo', '{have-suffix: f}', 'fails: is "foo", and should have the suffix "f"'],
  ],
  'contain-substring': [
    ['foo', '{contain-substring: oo}', 'holds'],
    ['foo', '{contain-substring: x}', 'fails: is "foo", and should contain "x"'],
  ],
  'match-regexp': [
    ['128', "{match-regexp: '^\\d{3}$'}", 'holds'],
    ['foo', '{match-regexp: ^o}', 'fails: is "foo", and should match the expression "^o"'],
    [
      'foo',
      "{match-regexp: '(?=f)'}",
      'refused: match-regexp: "(?=f)" is no regular expression in RE2 syntax: error parsing regexp: invalid or unsupported Perl syntax: `(?=`. RE2 has no lookaround and no back references.',
    ],
  ],
  'have-patterns': [
    ['"foo bar\\nmoo cow"', "{have-patterns: [foo, '/^m.*w$/', '!ftw', '!/^ERROR/']}", 'holds'],
    ['[a, b]', '{have-patterns: [b]}', 'holds'],
    [
      'foo',
      "{have-patterns: [x, '!foo']}",
      'fails: has no line with "x", and has the line "foo", which "!foo" excludes',
    ],
    [
      'foo',
      '{have-patterns: foo}',
      'refused: have-patterns: `have-patterns` needs a list, but has "foo". Write it as a list: `have-patterns: [foo]`.',
    ],
  ],
  'have-len': [
    ['"é"', '{have-len: 2}', 'holds'],
    ['[a, b, c]', '{have-len: 3}', 'holds'],
    ['{a: 1}', '{have-len: 2}', 'fails: is {"a":1}, and should have the length 2'],
    ['7', '{have-len: 1}', 'unclear: is 7, which has no length'],
  ],
  'have-key': [
    ['{foo: 1}', '{have-key: {have-prefix: f}}', 'holds'],
    [
      '{foo: 1}',
      '{have-key: bar}',
      'fails: is {"foo":1}, and should have a key that should be "bar"',
    ],
    [
      '[foo]',
      '{not: {have-key: foo}}',
      'unclear: is ["foo"], which is no map, and should have a key that should be "foo"',
    ],
  ],
  'contain-element': [
    ['"foo bar\\nmoo"', '{contain-element: {have-prefix: moo}}', 'holds'],
    ['[2]', '{contain-element: 2}', 'holds'],
    [
      '[foo]',
      '{contain-element: bar}',
      'fails: is ["foo"], and should contain an element that should be "bar"',
    ],
    [
      '[foo]',
      '{contain-element: {gt: 2}}',
      'unclear: is ["foo"], and should contain an element that should be greater than 2',
    ],
    [
      '[foo]',
      '{contain-element: [foo]}',
      'refused: contain-element: `contain-element` needs a text, a number or a matcher, but has ["foo"]. Did you mean `contain-elements`?',
    ],
  ],
  'contain-elements': [
    ['"a\\n15\\nb"', '{contain-elements: [{not: c}, {lt: 20}, a]}', 'holds'],
    ['[a]', '{contain-elements: [a, b]}', 'fails: is ["a"], and lacks one that should be "b"'],
  ],
  'consist-of': [
    ['[foo, bar, moo]', '{consist-of: [foo, {have-prefix: m}, bar]}', 'holds'],
    ['[ab, a]', '{consist-of: [{have-prefix: a}, ab]}', 'holds'],
    [
      '[foo, bar]',
      '{consist-of: [foo, fox]}',
      'fails: is ["foo","bar"], and lacks one that should be "fox" and has ["bar"] besides',
    ],
  ],
  not: [
    ['a', '{not: b}', 'holds'],
    ['a', '{not: a}', 'fails: is "a", and should not be "a"'],
    [
      'many',
      '{not: {gt: 3}}',
      'unclear: is "many", which is no number, and should be greater than 3',
    ],
  ],
  and: [
    ['128', '{and: [{gt: 120}, {le: 128}, 128.0]}', 'holds'],
    ['128', '{and: [{gt: 120}, {lt: 128}]}', 'fails: is 128, and should be less than 128'],
    [
      '128',
      '{and: {gt: 120}}',
      'refused: and: `and` needs a list, but has {"gt":120}. Write it as a list: `and: […]`.',
    ],
  ],
  or: [
    ['1.2.3', '{or: [{have-prefix: x}, {semver-constraint: ">=1.0.0"}]}', 'holds'],
    ['a', '{or: [b, {not: a}]}', 'fails: is "a", and should be "b", or not be "a"'],
  ],
  gt: [
    ['"11"', '{gt: 10.5}', 'holds'],
    ['10', '{gt: 10}', 'fails: is 10, and should be greater than 10'],
    ['10', '{gt: "9"}', 'refused: gt: `gt` needs a number, but has "9". Remove the quotes: `9`.'],
  ],
  ge: [
    ['10', '{ge: 10}', 'holds'],
    ['9', '{ge: 10}', 'fails: is 9, and should be at least 10'],
  ],
  lt: [
    ['9', '{lt: 10}', 'holds'],
    ['10', '{lt: 10}', 'fails: is 10, and should be less than 10'],
  ],
  le: [
    ['10', '{le: 10}', 'holds'],
    ['11', '{le: 10}', 'fails: is 11, and should be at most 10'],
  ],
  'semver-constraint': [
    ['[1.0.1, 1.9.9]', '{semver-constraint: ">1.0.0 <2.0.0 !=1.5.0"}', 'holds'],
    [
      '[1.0.1, 1.5.0]',
      '{semver-constraint: ">1.0.0 <2.0.0 !=1.5.0"}',
      'fails: is ["1.0.1","1.5.0"], and should satisfy ">1.0.0 <2.0.0 !=1.5.0"',
    ],
    ['1.0.1', '{semver-constraint: ">5.0.0 || < 1.5.0"}', 'holds'],
    ['1.0.0-rc.1', '{semver-constraint: "<1.0.0"}', 'holds'],
    ['1.2.9', '{semver-constraint: 1.2.x}', 'holds'],
    ['2.0.0', '{semver-constraint: "<=1.x"}', 'fails: is "2.0.0", and should satisfy "<=1.x"'],
    [
      'v1.0.1',
      '{not: {semver-constraint: ">5.0.0"}}',
      'unclear: is "v1.0.1", which is no semantic version, and should satisfy ">5.0.0"',
    ],
    [
      '1.0.1',
      '{semver-constraint: about 1}',
      'refused: semver-constraint: "about 1" is no range of versions. Write it as in `>=1.2.0 <2.0.0 !=1.5.0 || 3.x`.',
    ],
  ],
  gjson: [
    [
      json,
      '{gjson: {moo.nested: cow, foo: {have-prefix: b}, count: {le: 25}, "@this": {have-key: foo}}}',
      'holds',
    ],
    [
      json,
      '{gjson: {"a\\\\.b": 1, "m*.n?sted": cow, list.#: 3, list.0.n: x, list.#.v: {equal: [2, 3]}}}',
      'holds',
    ],
    [
      json,
      `{gjson: {'list.#(v>2).n': y, 'list.#(n%"x*")#.v': [2], 'list.#(v==9)#': {have-len: 0}}}`,
      'holds',
    ],
    [
      json,
      '{gjson: {"moo|@keys": [nested], "list|@reverse.0": 7, "list.#(7)": {not: 1}}}',
      'unclear: has nothing at "list.#(7)"',
    ],
    [json, '{gjson: {moo.nested: cowx}}', 'fails: at "moo.nested" is "cow", and should be "cowx"'],
    ['\'{"arr"\'', '{gjson: {arr: 1}}', 'unclear: is no valid JSON'],
    [
      json,
      '{gjson: {"@pretty": x}}',
      'refused: gjson.@pretty: The path "@pretty" has the modifier `@pretty`, which Seatrial does not evaluate. `docs/goss-tests.md` lists what a path can have.',
    ],
    [
      json,
      '{gjson: {"list.#(v==~true)": x}}',
      'refused: gjson.list.#(v==~true): The path "list.#(v==~true)" has the operand `~true`, which Seatrial does not evaluate. `docs/goss-tests.md` lists what a path can have.',
    ],
    [
      json,
      '{gjson: {"list.#(v": x}}',
      'refused: gjson.list.#(v: The path "list.#(v" has a bracket that is not closed. `docs/goss-tests.md` lists what a path can have.',
    ],
  ],
  xml: [
    [order, `{xml: {xpath: "//book[title='Potter']/price/text()", result: "25"}}`, 'holds'],
    [
      order,
      `{xml: {xpath: "//book[@isbn='2']/title", result: "<title>Le &lt;seigneur&gt;</title>"}}`,
      'holds',
    ],
    [order, `{xml: {xpath: "//book[1]/@isbn", result: "<isbn>1</isbn>"}}`, 'holds'],
    [
      order,
      `{xml: {xpath: "//address/*[local-name()='name']/text()", result: "Mary &amp; John"}}`,
      'holds',
    ],
    [order, '{xml: {xpath: //book, result: ""}}', 'holds'],
    [order, '{xml: {xpath: //film, result: ""}}', 'fails: has nothing at "//film"'],
    [order, '{xml: {xpath: count(//book), result: 2}}', 'holds'],
    [order, '{xml: {xpath: "sum(//price) div 2", result: 21.5}}', 'holds'],
    [order, `{xml: {xpath: "boolean(//book[title='Dune'])", result: "false"}}`, 'holds'],
    [
      order,
      `{xml: {xpath: "//book[contains(title, 'seigneur') and position() = last()]/price", result: <price>18</price>}}`,
      'holds',
    ],
    [order, '{xml: {xpath: "/order/book[price > 20]/empty | //film", result: <empty/>}}', 'holds'],
    [
      order,
      '{xml: {xpath: "name(//price/../preceding-sibling::*[1])", result: book}}',
      'fails: at "name(//price/../preceding-sibling::*[1])" is "address", and should be "book"',
    ],
    ['"<a><b></a>"', '{xml: {xpath: //a, result: ""}}', 'unclear: is no XML: </a> closes nothing'],
    [
      '"<a/>"',
      '{xml: {xpath: "//a[", result: ""}}',
      'refused: xml.xpath: The expression "//a[" has the end where a name should be. `docs/goss-tests.md` lists what an expression can have.',
    ],
    [
      '"<a/>"',
      '{xml: {xpath: "matches(a, 1)", result: ""}}',
      'refused: xml.xpath: The expression "matches(a, 1)" calls `matches()`, which Seatrial does not evaluate. `docs/goss-tests.md` lists what an expression can have.',
    ],
  ],
};

describe.each(Object.entries(cases))('%s', (_, rows) => {
  it.each(rows.map(([actual, matcher, result]) => [matcher, actual, result]))(
    '%s',
    (matcher, actual, result) => {
      expect(outcome(actual, matcher)).toBe(result);
    },
  );
});

describe('matchers in a file of goss, on an image without a shell', () => {
  it('hold and fail as they do by themselves', async () => {
    const rows = Object.values(cases)
      .flat()
      .filter(([, , result]) => !result.startsWith('refused'));
    const resources = rows.map(([actual, matcher], index) => {
      const content = JSON.stringify(toValue(actual));
      const matches = JSON.stringify(toValue(matcher));
      // Braces side by side begin a template.
      return `  m${String(index)}: { content: ${apart(content)}, matches: ${apart(matches)} }`;
    });

    const verdicts = await verdictsInMemory({
      files: { 'goss.yaml': `matching:\n${resources.join('\n')}\n` },
      image: [{ path: '/server', contents: '', mode: 0o755 }],
    });

    expect(Object.values(verdicts)).toHaveLength(rows.length);
    for (const [index, [actual, matcher, result]] of rows.entries()) {
      const verdict = verdicts[`matching: m${String(index)}: matches`];
      const expected = result === 'holds' ? /^pass$/u : /^fail: /u;
      expect(verdict, `${actual} ${matcher}`).toMatch(expected);
    }
  });
});

function apart(text: string): string {
  return text.replaceAll('{{', '{ {');
}

describe('the table of matchers', () => {
  it('has a case that holds and one that does not for each', () => {
    for (const name of Object.keys(matchers)) {
      const results = (cases[name] ?? []).map(([, , result]) => result.replace(/:.*/su, ''));
      expect(results, name).toContain('holds');
      expect(
        results.some((result) => result !== 'holds'),
        name,
      ).toBe(true);
    }
  });

  it.each([
    [
      '{have-prefx: a}',
      'have-prefx: There is no matcher `have-prefx`. Did you mean `have-prefix`?',
    ],
    ['{foo: a}', 'foo: There is no matcher `foo`. A value to be equal to goes below `equal`.'],
    [
      '{gt: 1, lt: 2}',
      ': Only one matcher can stand here, but there are `gt` and `lt`. Put several into a list below `and`.',
    ],
    ['{}', ': A matcher has no name here. Put several into a list below `and`.'],
    [
      '{not: }',
      'not: Nothing stands here, so nothing would be asserted. Write a value or a matcher, or remove the key.',
    ],
    ['{and: [{not: {gtt: 1}}]}', 'and.0.not.gtt: There is no matcher `gtt`. Did you mean `gt`?'],
  ])('refuses %s at its place', (matcher, problem) => {
    expect(outcome('1', matcher)).toBe(`refused: ${problem}`);
  });
});

/** `holds`, or what was wrong. */
function outcomeOfPatterns(text: string, ...written: readonly string[]): string {
  const problems: string[] = [];
  const writing = writingOf(written, problems);
  const matcher = patternsIn(written.map((each, index) => writing.below(index, each)));
  if (problems.length > 0) return problems.join('; ');
  const match = matcher.match(text);
  return match.state === 'holds' ? 'holds' : match.because;
}

describe('patterns of a text', () => {
  it.each([
    ['a line that has it', 'a\nfoo bar\n', ['foo'], 'holds'],
    ['an escaped exclamation mark', 'say !foo', [String.raw`\!foo`], 'holds'],
    ['all leading slashes taken off', 'usr/bin/x', ['/usr/bin/x'], 'holds'],
    ['an expression', 'ab', ['/^a.$/'], 'holds'],
    ['an expression with flags', 'AB', ['/^ab/i'], 'holds'],
    ['an expression for one line at a time', 'a\nb', ['/a\\sb/'], 'has no line with "/a\\\\sb/"'],
    [
      'an excluded expression',
      'ERROR x',
      ['!/^ERROR/'],
      'has the line "ERROR x", which "!/^ERROR/" excludes',
    ],
    ['nothing in an empty text', '', [''], 'holds'],
    ['a line without its end', 'a\r\nb', ['/^a$/'], 'holds'],
    [
      'no line of more than 1 MiB',
      'x'.repeat(1024 ** 2 + 1),
      ['x'],
      'has a line of more than 1 MiB, which goss does not read',
    ],
  ])('%s', (...[, text, written, result]) => {
    expect(outcomeOfPatterns(text, ...written)).toBe(result);
  });

  it.each([
    ['/etc/is', 'etc', 'is'],
    ['/usr/share/i', 'usr/share', 'i'],
  ])('refuses the path %s, which would pass for an expression', (path, body, flags) => {
    expect(outcomeOfPatterns('etc', path)).toBe(
      `0: "${path}" is taken for the expression \`${body}\` with the flags \`${flags}\`, not for a path. Write \`\\${path}\` for the path, or \`/(?${flags})${body}/\` for the expression.`,
    );
    expect(outcomeOfPatterns(path, `\\${path}`)).toBe('holds');
  });
});
