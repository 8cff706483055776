import { describe, expect, it } from 'vitest';
import { substitute, type Substitution } from './substitute.ts';

const values: Readonly<Record<string, string>> = { A: 'a', EMPTY: '', IMAGE_NAME: 'me/app:1' };

function run(text: string): Substitution & { readonly used: string[]; readonly unset: string[] } {
  const used: string[] = [];
  const unset: string[] = [];
  const result = substitute(text, {
    lookup: (name) => values[name],
    used: (name) => used.push(name),
    unset: (name) => unset.push(name),
  });
  return { ...result, used, unset };
}

describe('a variable', () => {
  it.each([
    ['$A', 'a'],
    ['x${A}y$A.', 'xaya.'],
    ['{$A}', '{a}'],
    ['$$A $${A}', '$A ${A}'],
    ['${A:-b}${A-b}', 'aa'],
    ['${EMPTY:-b}|${EMPTY-b}', 'b|'],
    ['${NONE:-b}${NONE-c}', 'bc'],
    ['${NONE:-${EMPTY:-$A}}!', 'a!'],
    ['${A:+yes}${EMPTY:+yes}${EMPTY+yes}${NONE+yes}', 'yesyes'],
    ['${A:?needed}${EMPTY?needed}', 'a'],
    ['http://${IMAGE_NAME}/', 'http://me/app:1/'],
    ['no variables', 'no variables'],
  ])('makes %s into %s', (text, expected) => {
    expect(run(text)).toMatchObject({ ok: true, text: expected });
  });

  it('that nobody has set stands for nothing, and is told', () => {
    expect(run('$NONE ${NONE:-x} $A')).toMatchObject({
      text: ' x a',
      used: ['NONE', 'NONE', 'A'],
      unset: ['NONE'],
    });
  });

  it.each([
    ['cost: 5$', 7, '`$` is no variable.'],
    ['$(pwd)', 0, '`$(` is no variable.'],
    ['a $1', 2, '`$1` is no variable.'],
    ['${A', 0, '`${A` is no variable'],
    ['${}', 0, '`${}` is no variable'],
    ['${A/b/c}', 0, '`${A/b/c}` is no variable'],
    ['x${NONE:?set it}', 1, 'The variable `NONE` is not set: set it.'],
    ['${NONE?}', 0, 'The variable `NONE` is not set.'],
  ])('as in %s is refused', (text, offset, problem) => {
    const result = run(text);

    expect(result).toMatchObject({ ok: false, offset });
    expect(result.ok ? '' : result.problem).toContain(problem);
  });
});
