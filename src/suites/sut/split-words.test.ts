import { describe, expect, it } from 'vitest';
import { splitWords } from './split-words.ts';

describe('a command as one text', () => {
  it.each([
    ['run_tests.sh', ['run_tests.sh']],
    ['  bash ./run   -x\n', ['bash', './run', '-x']],
    [`bash -c "a && b"`, ['bash', '-c', 'a && b']],
    [`sh -c 'echo "$X" \\n'`, ['sh', '-c', 'echo "$X" \\n']],
    [`"a \\"b\\" \\x"`, ['a "b" \\x']],
    [`a\\ b c\\\nd ''`, ['a b', 'cd', '']],
    [`--x="y z"w`, ['--x=y zw']],
    ['', []],
  ])('%j has its words', (text, words) => {
    expect(splitWords(text)).toEqual(words);
  });

  it.each([`sh -c 'a`, `"a\\"`, 'a\\'])('%j has an open end', (text) => {
    expect(splitWords(text)).toBeUndefined();
  });
});
