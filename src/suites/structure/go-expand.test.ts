import { describe, expect, it } from 'vitest';
import { expand, variablesIn } from './go-expand.ts';

const values: Readonly<Record<string, string>> = { HOME: '/root', A_1: 'a', EMPTY: '' };

function expanded(text: string): string {
  return expand(text, (name) => values[name] ?? '');
}

describe('expanding as Go does', () => {
  it.each([
    ['$HOME/x', '/root/x'],
    ['${HOME}x', '/rootx'],
    ['$A_1$A_1', 'aa'],
    ['<$UNSET>', '<>'],
    ['<$EMPTY>', '<>'],
    ["awk '{print $1}'", "awk '{print }'"],
    ['$$ $? $@ $# $! $* $- $0', '       '],
    ['${@}', ''],
    ['${HOME:-/x}', ''],
    ['${}x', 'x'],
    ['${HOME', 'HOME'],
    ['$(date) 5$ $', '$(date) 5$ $'],
    ["$'x' $.", "$'x' $."],
    ['$10', '0'],
    ['ä$HOME', 'ä/root'],
  ])('%s becomes %s', (text, becomes) => {
    expect(expanded(text)).toBe(becomes);
  });

  it('does not expand what it has put in', () => {
    const text = expand('${DOLLAR}HOME', () => '$');

    expect(text).toBe('$HOME');
  });

  it('says where each variable stands', () => {
    expect(variablesIn('a $B ${C:-d}')).toEqual([
      { name: 'B', written: '$B', offset: 2 },
      { name: 'C:-d', written: '${C:-d}', offset: 5 },
    ]);
  });
});
