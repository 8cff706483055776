import { describe, expect, it } from 'vitest';
import { splitCommands } from './split-commands.ts';

function shown(text: string): readonly string[] {
  return splitCommands(text).commands.map(
    ({ before, words, isCondition }) =>
      `${before}${isCondition ? '?' : ''} ${words.map((word) => word.text).join(' ')}`,
  );
}

describe('a script is split into simple commands', () => {
  it.each<[string, readonly string[]]>([
    ['make test || true', [' make test', '|| true']],
    ['a; b && c | d &\ne', [' a', '; b', '&& c', '| d', '& e']],
    ['# no\necho a#b # c', [' echo a#b']],
    [`echo 'a; b' "c && d" e\\;f`, [' echo a; b c && d e;f']],
    [
      'echo "$(a; b "c" | d)x" `e; f` ${g:-h i}; x',
      [' echo $(a; b c | d)x `e; f` ${g:-h i}', '; x'],
    ],
    ['A=1 B=2 make x=1', [' make x=1']],
    ['docker run \\\n  -d x', [' docker run -d x']],
    ['cmd > out 2>&1 < in', [' cmd']],
    ['cat <<EOF | sh\nrm -rf /; x\nEOF\nafter', [' cat', '| sh', '; after']],
    ["cat <<-'END'\n\ta && b\n\tEND\nafter", [' cat', '; after']],
    ['if a && b; then c; else d; fi', ['? a', '&&? b', '; c', '; d']],
    ['! grep x y; while read l; do z; done', ['? grep x y', ';? read l', '; z']],
    ['[[ -n $a && $b < c ]] && d', [' [[ -n $a && $b < c ]]', '&& d']],
    ['(cd x && make) || exit 1', [' cd x', '&& make', '|| exit 1']],
  ])('%s', (text, commands) => {
    expect(shown(text)).toEqual(commands);
  });

  it('as far as it can be read: a quote without an end is not guessed', () => {
    const script = splitCommands('echo a\necho "b');

    expect(script.isWhole).toBe(false);
    expect(script.commands.map(({ words }) => words.length)).toEqual([2]);
  });

  it('and a group is joined by what stands after it', () => {
    const { commands } = splitCommands('(cd x; make test) || true');

    expect(commands.map(({ after }) => after)).toEqual([';', '||', '']);
  });

  it('each with its place', () => {
    const text = 'a b;  c d\n';

    const pieces = splitCommands(text).commands.map(({ at, end }) => text.slice(at, end));

    expect(pieces).toEqual(['a b', 'c d']);
  });
});
