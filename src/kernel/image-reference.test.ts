import { describe, expect, test } from 'vitest';
import {
  isTag,
  parseReference,
  parseRepository,
  renderReference,
  renderRepository,
} from './image-reference.ts';

const sha = `sha256:${'a'.repeat(64)}`;

describe('a reference', () => {
  test.each([
    ['alpine', 'docker.io/library/alpine'],
    ['alpine:3.20', 'docker.io/library/alpine:3.20'],
    ['a', 'docker.io/library/a'],
    ['me/app', 'docker.io/me/app'],
    ['docker.io/alpine', 'docker.io/library/alpine'],
    ['index.docker.io/me/app', 'docker.io/me/app'],
    ['index.docker.io/app:1', 'docker.io/library/app:1'],
    ['localhost/app', 'localhost/app'],
    ['localhost:5000/app', 'localhost:5000/app'],
    ['localhost:5000/app:1', 'localhost:5000/app:1'],
    ['host:5000/a/b/c:1', 'host:5000/a/b/c:1'],
    ['LOCAL/app', 'LOCAL/app'],
    ['ghcr.io/me/app', 'ghcr.io/me/app'],
    ['[::1]:5000/app', '[::1]:5000/app'],
    ['127.0.0.1:5000/x', '127.0.0.1:5000/x'],
    [`app@${sha}`, `docker.io/library/app@${sha}`],
    [`host:1/app:t@${sha}`, `host:1/app:t@${sha}`],
    [`app@sha512:${'0'.repeat(128)}`, `docker.io/library/app@sha512:${'0'.repeat(128)}`],
    ['a__b', 'docker.io/library/a__b'],
    ['a---b', 'docker.io/library/a---b'],
    ['x/y/z', 'docker.io/x/y/z'],
    ['a.b', 'docker.io/library/a.b'],
    ['app:_x', 'docker.io/library/app:_x'],
  ])('%s means %s', (text, whole) => {
    const reading = parseReference(text);

    expect(reading.ok && renderReference(reading.value)).toBe(whole);
  });

  test.each([
    ['', 'is empty'],
    ['App', 'has upper-case letters; repository names are lower case: "app"'],
    ['ghcr.io/Me/app', 'has upper-case letters; repository names are lower case: "me/app"'],
    ['https://ghcr.io/me/app', 'is a web address'],
    ['a..b', 'has an invalid part "a..b"'],
    ['a___b', 'has an invalid part "a___b"'],
    ['-a', 'has an invalid part "-a"'],
    ['a-', 'has an invalid part "a-"'],
    ['a//b', 'has an empty part'],
    ['/a', 'has an empty part'],
    ['a/', 'has an empty part'],
    ['a b', 'has " " in "a b"'],
    ['$X', 'has "$" in "$X"'],
    ['ü', 'has "ü" in "ü"'],
    ['app:', 'has an empty tag'],
    ['app:-x', 'has an invalid tag "-x"'],
    ['app:.x', 'has an invalid tag ".x"'],
    ['app:a/b:c d', 'has an invalid tag "c d"'],
    [`app:${'x'.repeat(129)}`, 'has a tag longer than 128 characters'],
    ['app@sha256:abc', 'has an invalid digest "sha256:abc"'],
    [`app@sha256:${'A'.repeat(64)}`, 'has an invalid digest'],
    [`app@${sha}@${sha}`, 'has more than one `@`'],
    ['f'.repeat(64), 'looks like an image id'],
    ['-x.io/app', 'has an invalid registry host "-x.io"'],
    ['x.io:/app', 'has an invalid registry host "x.io:"'],
    ['a'.repeat(300), 'is longer than 255 characters'],
    [`x.io/${'a'.repeat(251)}`, 'is longer than 255 characters'],
  ])('%j is refused: it %s', (text, problem) => {
    const reading = parseReference(text);

    expect(reading.ok ? 'accepted' : reading.problem).toContain(problem);
  });

  test('may be exactly 255 characters with its domain', () => {
    expect(parseReference(`x.io/${'a'.repeat(250)}`).ok).toBe(true);
  });

  test('of a hostile length is refused in linear time', () => {
    const startedAtMs = performance.now();

    const reading = parseReference(`${'a-'.repeat(500_000)}!`);

    expect(reading.ok).toBe(false);
    expect(performance.now() - startedAtMs).toBeLessThan(1000);
  });
});

describe('a repository', () => {
  test('has the same rendering in all its spellings', () => {
    const spellings = [
      'alpine',
      'library/alpine',
      'docker.io/alpine',
      'index.docker.io/library/alpine',
    ];

    const names = spellings.map((text) => {
      const reading = parseRepository(text);
      return reading.ok && renderRepository(reading.value);
    });

    expect(new Set(names)).toEqual(new Set(['docker.io/library/alpine']));
  });

  test.each(['app:1', 'host:5000/app:1', `app@${sha}`])(
    '%s has no place for a tag or digest',
    (text) => {
      expect(parseRepository(text).ok).toBe(false);
    },
  );
});

describe('a tag', () => {
  test.each(['1', 'latest', '_', 'v1.2.3-rc.1', 'X'.repeat(128)])('may be %s', (tag) => {
    expect(isTag(tag)).toBe(true);
  });

  test.each(['', '.a', '-a', 'a/b', 'a:b', 'a+b', 'X'.repeat(129), 'a\n'])(
    'may not be %j',
    (tag) => {
      expect(isTag(tag)).toBe(false);
    },
  );
});
