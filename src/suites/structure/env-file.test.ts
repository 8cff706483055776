import { describe, expect, it } from 'vitest';
import { parseEnvFile } from './env-file.ts';

describe('an env file', () => {
  it.each([
    ['plain lines', 'A=1\r\nB = two words \n', { A: '1', B: 'two words' }],
    ['comments and empty lines', '# x\n\n  A=1 # not this # nor this\n', { A: '1 # not this' }],
    ['a # that is no comment', 'A=b#c\nD=#e\n', { A: 'b#c', D: '#e' }],
    ['export, and the way of YAML', 'export A=1\nB: 2\n', { A: '1', B: '2' }],
    ['quotes', `A="x # y"\nB='$A'\nC="a\\nb"\n`, { A: 'x # y', B: '$A', C: 'a\nb' }],
    ['an escaped quote, and several lines', 'A="x \\" y\nz"\n', { A: 'x " y\nz' }],
    ['variables from further up', 'A=1\nB=${A}2$A\nC=\\$A\n', { A: '1', B: '121', C: '$A' }],
    ['unknown variables', 'B=<$NO>\n', { B: '<>' }],
    ['no value, and no end of line', 'A=\nB=', { A: '', B: '' }],
    ['a word that only begins like export', 'exported=1', { exported: '1' }],
    ['an empty file', '\n# nothing\n', {}],
  ])('can have %s', (_, text, values) => {
    expect(parseEnvFile(text)).toEqual({ ok: true, values });
  });

  it.each([
    ['a line without =', 'A=1\nnot a line\n'],
    ['a name with other characters', 'A-B=1\n'],
    ['a quote without end', 'A="x\n'],
  ])('is refused for %s', (_, text) => {
    expect(parseEnvFile(text)).toMatchObject({ ok: false });
  });
});
