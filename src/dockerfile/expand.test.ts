import { describe, expect, test } from 'vitest';
import { expandWord, ExpansionProblem } from './expand.ts';

const variables = new Map([
  ['X', 'value'],
  ['EMPTY', ''],
  ['TAG', '3.20-slim'],
  ['PATH_', 'a/b/c.tar.gz'],
  ['DOLLAR', '$X'],
  ['STAR', 'a*b'],
  ['N', 'X'],
  ['STARS', 'aXbXc'],
]);

describe('a word', () => {
  test.each([
    ['', ''],
    ['plain', 'plain'],
    ['$X', 'value'],
    ['${X}', 'value'],
    ['a$X-b', 'avalue-b'],
    ['$X_', ''],
    ['${X}_', 'value_'],
    ['$X$X', 'valuevalue'],
    ['$UNSET', ''],
    ['${UNSET}', ''],
    ['$', '$'],
    ['a$', 'a$'],
    ['$.', '$.'],
    ['$(X)', '$(X)'],
    ['$1', ''],
    ['$DOLLAR', '$X'],
    // Defaults and alternatives.
    ['${X:-w}', 'value'],
    ['${EMPTY:-w}', 'w'],
    ['${UNSET:-w}', 'w'],
    ['${X-w}', 'value'],
    ['${EMPTY-w}', ''],
    ['${UNSET-w}', 'w'],
    ['${X:+w}', 'w'],
    ['${EMPTY:+w}', ''],
    ['${UNSET:+w}', ''],
    ['${X+w}', 'w'],
    ['${EMPTY+w}', 'w'],
    ['${UNSET+w}', ''],
    ['${X:?e}', 'value'],
    ['${X?e}', 'value'],
    ['${EMPTY?e}', ''],
    ['${UNSET:-$X}', 'value'],
    ['${UNSET:-${EMPTY:-${X}}}', 'value'],
    ['${UNSET:-a b}', 'a b'],
    ['${UNSET:-"a } b"}', 'a } b'],
    ["${UNSET:-'$X'}", '$X'],
    ['${UNSET:-\\}}', '}'],
    ['${UNSET:-}', ''],
    ['${UNSET:--}', '-'],
    ['${UNSET:-a/b:c}', 'a/b:c'],
    // Patterns.
    ['${TAG%-slim}', '3.20'],
    ['${TAG%-*}', '3.20'],
    ['${TAG#3.}', '20-slim'],
    ['${TAG%nothing}', '3.20-slim'],
    ['${PATH_#*/}', 'b/c.tar.gz'],
    ['${PATH_##*/}', 'c.tar.gz'],
    ['${PATH_%.*}', 'a/b/c.tar'],
    ['${PATH_%%.*}', 'a/b/c'],
    ['${PATH_%?z}', 'a/b/c.tar.'],
    ['${PATH_#?}', '/b/c.tar.gz'],
    ['${PATH_##*}', ''],
    ['${PATH_#*}', 'a/b/c.tar.gz'],
    ['${STAR#a\\*}', 'b'],
    ['${STAR#"a*"}', 'b'],
    ['${STAR%\\**}', 'a'],
    ['${STARS#*$N}', 'bXc'],
    ['${STARS##*${N}}', 'c'],
    ['${PATH_/b/B}', 'a/B/c.tar.gz'],
    ['${PATH_//\\//-}', 'a-b-c.tar.gz'],
    ['${STARS/X/-}', 'a-bXc'],
    ['${STARS//X/-}', 'a-b-c'],
    ['${STARS//X}', 'abc'],
    ['${STARS//X/}', 'abc'],
    ['${STARS/$N/$X}', 'avaluebXc'],
    ['${STARS/X*/-}', 'a-'],
    ['${STARS//?/-}', '-----'],
    ['${UNSET/a/b}', ''],
    ['${UNSET%a}', ''],
    // Quotes and escapes.
    ["'$X'", '$X'],
    ['"$X"', 'value'],
    ['"a b"', 'a b'],
    ['a\'b\'"c"d', 'abcd'],
    ['\\$X', '$X'],
    ['"\\$X"', '$X'],
    ['"\\n"', '\\n'],
    ['"\\""', '"'],
    ['"\\\\"', '\\'],
    ['\\n', 'n'],
    ['a\\', 'a'],
    ["'a\\'", 'a\\'],
    ['"\'$X\'"', "'value'"],
  ])('%s becomes %j', (word, text) => {
    expect(expandWord(word, variables).text).toBe(text);
  });

  test('has another escape character where the file says so', () => {
    expect(expandWord('C:\\x`$X', variables, '`').text).toBe('C:\\x$X');
    expect(expandWord('"`$X\\$X"', variables, '`').text).toBe('$X\\value');
  });

  test.each([
    ['$A$X$B$A', ['A', 'B']],
    ['${A:-x}', []],
    ['${A:-$B}', ['B']],
    ['${X:-$B}', []],
    ['${X:+$B}', ['B']],
    ['${A:+$B}', []],
    ['${A%x}', ['A']],
    ["'$A'", []],
  ])('%s reads the unset variables %j', (word, unset) => {
    expect(expandWord(word, variables).unset).toEqual(unset);
  });

  test.each([
    ['${X', '`${` is not closed', 0],
    ['a${X:-b', '`${` is not closed', 1],
    ['${', '`${` is not followed by a name', 0],
    ['${}', '`${` is not followed by a name', 0],
    ['${X:}', '`X` has a modifier that is not known: `:`', 0],
    ['${X^^}', '`X` has a modifier that is not known: `^`', 0],
    ['${X:1}', 'has a modifier that is not known', 0],
    ['${X,}', 'has a modifier that is not known', 0],
    ['${X/}', 'has no pattern', 0],
    ['${UNSET:?}', '`UNSET` is not set', 0],
    ['x${UNSET?give it}', '`UNSET` is not set: give it', 1],
    ['${EMPTY:?e}', '`EMPTY` is not set: e', 0],
    ["a'b", "a single quote (') is not closed", 1],
    ['a"b', 'a double quote (") is not closed', 1],
    ['${X:-'.repeat(200), 'the expression is too deep', 500],
  ])('%s is refused: %s', (word, message, offset) => {
    expect(() => expandWord(word, variables)).toThrow(ExpansionProblem);
    expect(() => expandWord(word, variables)).toThrow(
      expect.objectContaining({ offset, message: expect.stringContaining(message) as unknown }),
    );
  });

  test('of any pattern is expanded in a bounded time', () => {
    const hostile = new Map([['X', 'a'.repeat(5000)]]);
    const startedAtMs = performance.now();

    const { text } = expandWord(`\${X%%${'*a'.repeat(50)}b}`, hostile);

    expect(text).toHaveLength(5000);
    expect(performance.now() - startedAtMs).toBeLessThan(2000);
  });
});
