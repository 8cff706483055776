import { describe, expect, test } from 'vitest';
import { parseApkInstalled } from './apk.ts';
import { parseDpkgStatus } from './dpkg.ts';
import { parsePackageJson } from './npm.ts';
import { parseOsRelease } from './os-release.ts';

describe('records of dpkg', () => {
  test('give the packages that are installed, and no others', () => {
    const status = [
      'Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nVersion: 2.36-9+deb12u1\nDescription: C library\n Version: 1\n',
      'Package: gone\nStatus: deinstall ok config-files\nVersion: 1\n',
      'Package: broken\nStatus: install ok half-installed\nVersion: 1\n',
      'Package: never\nStatus: install ok not-installed\nVersion: 1\n',
    ].join('\n');

    const packages = parseDpkgStatus(status);

    expect(packages).toEqual([
      { kind: 'deb', name: 'libc6', version: '2.36-9+deb12u1', architecture: 'amd64' },
    ]);
  });

  test('of an image without a package manager have no status', () => {
    const packages = parseDpkgStatus('Package: tzdata\nVersion: 2024a-0\nArchitecture: all\n');

    expect(packages).toEqual([
      { kind: 'deb', name: 'tzdata', version: '2024a-0', architecture: 'all' },
    ]);
  });

  test.each([
    ['no version', 'Package: a\n'],
    ['no name', 'Version: 1\n'],
    ['a name that would move the cursor', 'Package: a\u001b[2J\nVersion: 1\n'],
    ['a version without end', `Package: a\nVersion: ${'9'.repeat(10_000)}\n`],
    ['no fields at all', '\0\0\0:::::\n\n\n'],
  ])('with %s are left out', (_, text) => {
    expect(parseDpkgStatus(text)).toEqual([]);
  });

  test('without end of paragraphs are read in linear time', () => {
    const startedAtMs = performance.now();

    parseDpkgStatus('\n \n'.repeat(500_000));

    expect(performance.now() - startedAtMs).toBeLessThan(2000);
  });
});

describe('records of apk', () => {
  test('give name, version, architecture and licence', () => {
    const installed =
      'C:Q1abc=\nP:musl\nV:1.2.4-r2\nA:x86_64\nL:MIT\nF:lib\nR:x\nP:not-this\n\nP:busybox\nV:1.36\n';

    const packages = parseApkInstalled(installed);

    expect(packages).toEqual([
      { kind: 'apk', name: 'musl', version: '1.2.4-r2', architecture: 'x86_64', license: 'MIT' },
      { kind: 'apk', name: 'busybox', version: '1.36' },
    ]);
  });
});

describe('a package.json', () => {
  test('gives one package', () => {
    expect(parsePackageJson('\ufeff{"name":"@a/b","version":"1.0.0","license":"MIT"}')).toEqual([
      { kind: 'npm', name: '@a/b', version: '1.0.0', license: 'MIT' },
    ]);
    expect(parsePackageJson('{"name":"b","version":"1","license":{"type":"MIT"}}')).toEqual([
      { kind: 'npm', name: 'b', version: '1' },
    ]);
  });

  test.each([
    '',
    '{',
    'null',
    '[]',
    '{"name":"a"}',
    '{"name":"../../a","version":"1"}',
    '{"name":1}',
  ])('that reads %j gives none', (text) => {
    expect(parsePackageJson(text)).toEqual([]);
  });
});

test('the distribution is read with and without quotes, and anything strange is ignored', () => {
  expect(parseOsRelease('NAME="Debian"\nID=debian\nVERSION_ID="12"\n')).toEqual({
    id: 'debian',
    versionId: '12',
  });
  expect(parseOsRelease('ID=$(id)\n')).toBeUndefined();
  expect(parseOsRelease('')).toBeUndefined();
});
