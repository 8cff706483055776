import { describe, expect, test } from 'vitest';
import { parseTagTemplate } from './tag-template.ts';

describe('a template', () => {
  test.each(['latest', 'semver'])('that is the word %s stands for itself', (text) => {
    expect(parseTagTemplate(text)).toEqual({ ok: true, template: { kind: text, text } });
  });

  test.each([
    ['1.0', [{ literal: '1.0' }]],
    ['{build}', [{ placeholder: 'build' }]],
    ['{commit:7}', [{ placeholder: 'commit', length: 7 }]],
    [
      'b{build}-{branch}',
      [{ literal: 'b' }, { placeholder: 'build' }, { literal: '-' }, { placeholder: 'branch' }],
    ],
    ['{major}.{minor}', [{ placeholder: 'major' }, { literal: '.' }, { placeholder: 'minor' }]],
    ['{version}-alpine', [{ placeholder: 'version' }, { literal: '-alpine' }]],
    ['latest-{branch}', [{ literal: 'latest-' }, { placeholder: 'branch' }]],
    ['Latest', [{ literal: 'Latest' }]],
    ['x'.repeat(128), [{ literal: 'x'.repeat(128) }]],
    ['keep-{commit:7}', [{ literal: 'keep-' }, { placeholder: 'commit', length: 7 }]],
  ])('%s has its parts in order', (text, parts) => {
    expect(parseTagTemplate(text)).toEqual({ ok: true, template: { kind: 'parts', text, parts } });
  });

  test.each([
    ['', 0, 'is empty', undefined],
    ['{sha}', 1, 'unknown placeholder `{sha}`', 'Did you mean `{commit}`?'],
    ['v{verison}', 2, 'unknown placeholder `{verison}`', 'Did you mean `{version}`?'],
    ['{}', 1, 'unknown placeholder `{}`', 'Placeholders are `{build}`'],
    ['{toString}', 1, 'unknown placeholder', 'Placeholders are'],
    ['{{version}}', 0, 'single braces', 'Did you mean `{version}`?'],
    ['x-{{ sha }}', 2, 'single braces', 'Did you mean `{commit}`?'],
    ['{{unheard}}', 0, 'single braces', 'Write `{unheard}`.'],
    ['$BUILD_NUM', 0, 'environment variables are not read', 'Did you mean `{build}`?'],
    ['a-${FOO}', 2, 'environment variables are not read', 'Placeholders are'],
    ['{branch', 0, 'a `{` without its `}`', undefined],
    ['branch}', 6, 'a `}` without its `{`', undefined],
    ['{branch:7}', 7, 'only `{commit}` can be shortened', 'Write `{branch}`.'],
    ['{commit:3}', 8, 'it can have 4 to 64 digits', 'Write `{commit:7}`.'],
    ['{commit:65}', 8, 'it can have 4 to 64 digits', 'Write `{commit:7}`.'],
    ['{commit:x}', 8, 'it can have 4 to 64 digits', 'Write `{commit:7}`.'],
    ['{commit:}', 8, 'it can have 4 to 64 digits', 'Write `{commit:7}`.'],
    ['-x', 0, 'starts with `-`', undefined],
    ['.x', 0, 'starts with `.`', undefined],
    ['my tag', 2, 'has " "', undefined],
    ['v+{build}', 1, 'has "+"', undefined],
    ['ghcr.io/me/app:1', 7, 'has "/"', 'ship.repository'],
    ['app:1', 3, 'has ":"', 'ship.repository'],
    ['keep-{commit:12}', 0, 'such as `keep-000000000000`', undefined],
    ['keep-0123456789ab', 0, 'a name for what is no release', undefined],
    [`sha256-${'a'.repeat(64)}`, 0, 'a name for what is no release', undefined],
    ['x'.repeat(129), 0, 'is longer than 128 characters', undefined],
  ])('%j is refused at character %i: it %s', (text, ...[offset, problem, suggestion]) => {
    const reading = parseTagTemplate(text);

    expect(reading).toMatchObject({ ok: false, offset });
    expect(reading.ok ? '' : reading.problem).toContain(problem);
    expect(reading.ok ? '' : (reading.suggestion ?? '')).toContain(suggestion ?? '');
  });
});
