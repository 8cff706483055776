import { expect, test } from 'vitest';
import { digestOf } from '../kernel/digest.ts';
import { basesOf, provenanceSchema, toProvenance, type ProvenanceSource } from './provenance.ts';

const source: ProvenanceSource = {
  build: {
    image: 'app',
    context: 'app',
    dockerfile: 'app/Dockerfile',
    platform: 'linux/amd64',
    args: { VERSION: '1' },
  },
  imageId: digestOf('config'),
  manifest: 'packed',
  bases: [
    { reference: 'docker.io/library/debian:12', digest: digestOf('debian') },
    { reference: 'docker.io/library/node:24' },
    { reference: 'jre', imageId: digestOf('jre') },
  ],
  git: {
    source: 'https://git.example/me/app',
    commit: 'a'.repeat(40),
    ref: 'main',
    isDirty: false,
  },
  builder: { provider: 'github', version: '0.1.0', engine: 'docker 20.10.24' },
  run: { id: '20261124-101530-4f2a', url: 'https://ci.example/1' },
  finishedAt: '2026-11-24T10:15:30.000Z',
};

test('a provenance says from which commit, on which bases and by whom an image was built', () => {
  const provenance = toProvenance(source);

  expect(provenanceSchema.parse(provenance)).toMatchObject({
    buildDefinition: {
      resolvedDependencies: [
        {
          uri: 'git+https://git.example/me/app@main',
          digest: { gitCommit: 'a'.repeat(40) },
        },
        { uri: 'oci:docker.io/library/debian:12' },
        { uri: 'oci:docker.io/library/node:24' },
        { uri: 'oci:jre' },
      ],
    },
    runDetails: {
      builder: { id: 'urn:seatrial:builder:github' },
      metadata: { finishedOn: '2026-11-24T10:15:30.000Z' },
    },
  });
  expect(basesOf(provenance)).toEqual(source.bases);
});

test('a working tree that differs from its commit is said to', () => {
  const git = { commit: 'b'.repeat(40), isDirty: true };

  const provenance = toProvenance({ ...source, git, bases: [] });

  expect(provenance).toMatchObject({
    buildDefinition: {
      resolvedDependencies: [{ digest: { gitCommit: git.commit }, annotations: { dirty: true } }],
    },
  });
});

test('without a checkout there is no source, and nothing is made up', () => {
  const provenance = toProvenance({ ...source, git: undefined, bases: [] });

  expect(provenance).toMatchObject({ buildDefinition: { resolvedDependencies: [] } });
});

test('the bases in the provenance of another builder are not known', () => {
  expect(basesOf({})).toBeUndefined();
  expect(
    basesOf({
      buildDefinition: { buildType: 'https://example.com/other', resolvedDependencies: [] },
      runDetails: { builder: { id: 'x' } },
    }),
  ).toBeUndefined();
});
