import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { describe, expect, test } from 'vitest';
import { digestOf } from '../../kernel/digest.ts';
import { toCycloneDx } from './cyclonedx.ts';
import type { ImagePackages } from './merge-layers.ts';

const found: ImagePackages = {
  os: { id: 'debian', versionId: '12' },
  packages: [
    {
      kind: 'apk',
      name: 'musl',
      version: '1.2',
      license: 'MIT',
      recordedIn: '/lib/apk/db/installed',
    },
    {
      kind: 'deb',
      name: 'libstdc++6',
      version: '1:12.2.0-14+deb12u1',
      architecture: 'amd64',
      recordedIn: '/var/lib/dpkg/status',
    },
    {
      kind: 'npm',
      name: '@scope/pkg',
      version: '1.0.0-rc.1+x',
      license: 'SEE LICENSE IN "x"',
      recordedIn: '/app/node_modules/@scope/pkg/package.json',
    },
  ],
};
const image = { name: '127.0.0.1:5000/app', digest: digestOf('image') };
const rest = { tool: { version: '0.1.0' }, madeAt: '2026-11-24T10:15:30.000Z' };

describe('a CycloneDX list', () => {
  test.each([
    ['of packages', found],
    ['of nothing', { packages: [] }],
    ['that lacks a layer', { ...found, problem: 'Unexpected end of data' }],
  ])('%s holds to the published schema', async (_, packages: ImagePackages) => {
    const bom = toCycloneDx({ image, found: packages, ...rest });

    const problems: unknown = await new Validation.JsonStrictValidator(
      Spec.Version.v1dot6,
    ).validate(JSON.stringify(bom));

    expect(problems).toBeNull();
  });

  test('names each package in a way that scanners know', () => {
    const { components } = toCycloneDx({ image, found, ...rest });

    expect(components).toMatchObject([
      { type: 'operating-system', name: 'debian', version: '12' },
      { purl: 'pkg:apk/debian/musl@1.2?distro=debian-12' },
      { purl: 'pkg:deb/debian/libstdc%2B%2B6@1:12.2.0-14+deb12u1?arch=amd64&distro=debian-12' },
      { purl: 'pkg:npm/%40scope/pkg@1.0.0-rc.1+x' },
    ]);
  });

  test('never claims to be whole, and says when it knows that it is not', () => {
    const [whole, partial] = [found, { ...found, problem: 'x' }].map((packages) =>
      toCycloneDx({ image, found: packages, ...rest }),
    );

    expect(whole).toMatchObject({ compositions: [{ aggregate: 'unknown' }] });
    expect(partial).toMatchObject({ compositions: [{ aggregate: 'incomplete' }] });
  });

  test('has an equal serial number for equal contents, and another for others', () => {
    const serials = [found, found, { packages: [] }].map(
      (packages) => toCycloneDx({ image, found: packages, ...rest })['serialNumber'],
    );

    expect(serials[0]).toBe(serials[1]);
    expect(serials[0]).not.toBe(serials[2]);
  });
});
