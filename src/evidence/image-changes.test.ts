import { describe, expect, it } from 'vitest';
import type { ImageConfig } from '../engine/contract.ts';
import { digestOf } from '../kernel/digest.ts';
import { compareImages } from './image-changes.ts';
import type { ContentFile, ImageContents, RecordedPackage } from './image-contents.ts';

const isSecret = (name: string): boolean => name.endsWith('TOKEN');

const emptyConfig: ImageConfig = {
  entrypoint: [],
  command: ['/server'],
  env: ['PATH=/bin', 'API_TOKEN=one'],
  exposedPorts: ['80/tcp'],
  volumes: [],
  user: '',
  workingDir: '',
  labels: {},
};

function file(path: string, more: Partial<ContentFile> = {}): ContentFile {
  const base = { type: 'file', mode: 0o644, uid: 0, gid: 0, sizeBytes: 1 } as const;
  return { path, ...base, linkTo: undefined, sha256: 'a', ...more };
}

function contents(more: {
  readonly config?: Partial<ImageConfig>;
  readonly files?: readonly ContentFile[];
  readonly packages?: readonly RecordedPackage[];
  readonly layers?: readonly string[];
}): ImageContents {
  return {
    record: {
      id: digestOf('x'),
      tags: [],
      repoDigests: [],
      platform: { os: 'linux', architecture: 'amd64' },
      sizeBytes: 10,
      diffIds: (more.layers ?? []).map((each) => digestOf(each)),
      config: { ...emptyConfig, ...more.config },
    },
    files: new Map((more.files ?? []).map((each) => [each.path, each])),
    packages: more.packages ?? [],
  };
}

describe('what changed from one image to another', () => {
  it('is nothing between an image and itself', () => {
    const image = contents({ files: [file('/a')], layers: ['1'] });

    expect(compareImages(image, image, isSecret)).toEqual({
      settings: [],
      packages: [],
      files: [],
      sizeBytes: { before: 10, after: 10 },
      layers: { before: 1, after: 1, shared: 1 },
    });
  });

  it('tells settings that came, went and changed, and of a secret only that it did', () => {
    const after = contents({
      config: { user: '10001', env: ['PATH=/usr/bin', 'API_TOKEN=two'], exposedPorts: [] },
    });

    const { settings } = compareImages(contents({}), after, isSecret);

    expect(settings).toEqual([
      { name: 'EXPOSE', before: '80/tcp', after: undefined },
      { name: 'ENV PATH', before: '/bin', after: '/usr/bin' },
      { name: 'ENV API_TOKEN', before: '(hidden)', after: '(hidden)' },
      { name: 'USER', before: undefined, after: '10001' },
    ]);
  });

  it('tells packages by their versions, of one in several places all of them', () => {
    const before = contents({
      packages: [
        { kind: 'deb', name: 'libc6', version: '2.36-9' },
        { kind: 'npm', name: 'ws', version: '8.0.0' },
        { kind: 'deb', name: 'curl', version: '7' },
      ],
    });
    const after = contents({
      packages: [
        { kind: 'deb', name: 'libc6', version: '2.36-10' },
        { kind: 'npm', name: 'ws', version: '8.0.0' },
        { kind: 'npm', name: 'ws', version: '7.5.0' },
      ],
    });

    expect(compareImages(before, after, isSecret).packages).toEqual([
      { kind: 'deb', name: 'curl', before: '7', after: undefined },
      { kind: 'deb', name: 'libc6', before: '2.36-9', after: '2.36-10' },
      { kind: 'npm', name: 'ws', before: '8.0.0', after: '7.5.0, 8.0.0' },
    ]);
  });

  it('tells files with what is different in them, the largest first, and no records of packages', () => {
    const before = contents({
      files: [
        file('/same'),
        file('/gone', { sizeBytes: 5 }),
        file('/mode'),
        file('/link', { type: 'symlink', linkTo: '/a', sha256: undefined }),
        file('/var/lib/dpkg/status'),
      ],
    });
    const after = contents({
      files: [
        file('/same'),
        file('/new', { sizeBytes: 9 }),
        file('/folder', { type: 'folder', sha256: undefined }),
        file('/mode', { mode: 0o4755, uid: 7, sha256: 'b' }),
        file('/link', { type: 'symlink', linkTo: '/b', sha256: undefined }),
        file('/var/lib/dpkg/status', { sha256: 'b' }),
      ],
    });

    expect(compareImages(before, after, isSecret).files).toEqual([
      { path: '/new', change: 'added', what: [], sizeBytes: 9 },
      { path: '/gone', change: 'removed', what: [], sizeBytes: 5 },
      { path: '/link', change: 'changed', what: ['target /a to /b'], sizeBytes: 1 },
      {
        path: '/mode',
        change: 'changed',
        what: ['mode 644 to 4755', 'owner 0:0 to 7:0', 'content'],
        sizeBytes: 1,
      },
    ]);
  });
});
