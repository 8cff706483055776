import { describe, expect, it } from 'vitest';
import { parseEnvFile, parseRawEnvFile } from './env-file.ts';
import type { Variables } from './substitute.ts';

const outside: Variables = {
  lookup: (name) => ({ HOME: '/home/me' })[name],
  used: () => undefined,
  unset: () => undefined,
};

describe('a file of variables', () => {
  it.each([
    ['plain lines', 'A=1\r\nB = two words \n\nC=', { A: '1', B: 'two words', C: '' }],
    ['comments', '# x\n A=1 # one\nB=a#b\nC=#c\n', { A: '1', B: 'a#b', C: '' }],
    ['export, and names alone', 'export A=1\nB\nC # c\n', { A: '1', B: null, C: null }],
    ['quotes', `A='$B # x' # y\nB="a\\n\\"b\\" \\$C"\n`, { A: '$B # x', B: 'a\n"b" $C' }],
    [
      'quoted values over lines',
      `A="one\ntwo"\nB='three\nfour'`,
      { A: 'one\ntwo', B: 'three\nfour' },
    ],
    [
      'variables',
      'A=1\nB=${A}2 $HOME\nC="$B!"\nD=${NO:-d}',
      { A: '1', B: '12 /home/me', C: '12 /home/me!', D: 'd' },
    ],
    ['nothing', '\n# nothing\n', {}],
  ])('can have %s', (_, text, values) => {
    expect(parseEnvFile(text, outside)).toEqual({ ok: true, values });
  });

  it.each([
    ['A=1\nnot a line\n', 2, 'no `NAME=value`'],
    ['A=1\n\n2B=1\n', 3, 'no `NAME=value`'],
    ['A="x\n', 1, 'The quote has no end'],
    ["A='x' y\n", 1, 'or something follows it'],
    ['A=$(pwd)\n', 1, '`$(` is no variable'],
  ])('%j is refused with its line', (text, line, problem) => {
    const reading = parseEnvFile(text, outside);

    expect(reading).toMatchObject({ ok: false, line });
    expect(reading.ok ? '' : reading.problem).toContain(problem);
  });

  it('that is raw keeps everything', () => {
    expect(parseRawEnvFile('# x\nA="$B" # y\nC\n')).toEqual({
      ok: true,
      values: { A: '"$B" # y', C: null },
    });
  });
});
