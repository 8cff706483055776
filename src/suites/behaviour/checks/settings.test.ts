import { describe, expect, it } from 'vitest';
import { judgeStill, textOf } from '../testing/judge-still.ts';
import type { StillImage } from '../testing/still-image.ts';
import { allLabels } from '../testing/still-images.ts';

const passwd = 'root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000::/:/bin/false\n';
const group = 'root:x:0:\napp:x:1000:\nstaff:x:50:app\n';

async function told(id: string, image: StillImage): Promise<string> {
  const result = await judgeStill(id, image);
  return `${result.verdict}: ${textOf(result)}`;
}

describe('user', () => {
  const files = { '/etc/passwd': passwd, '/etc/group': group };

  it.each([
    ['', 'warn: There is no USER, which means root.'],
    ['0:0', 'warn: USER is `0`.'],
    ['root', 'warn: USER is `root`.'],
    ['app', 'warn: USER is the name `app`: Kubernetes'],
    ['app:staff', 'warn: USER is the name `app`'],
    ['1000', 'pass'],
    ['4711:0', 'pass'],
    ['ghost', 'fail: USER names the user `ghost`, which is not in /etc/passwd'],
    ['app:ghosts', 'fail: USER names the group `ghosts`, which is not in /etc/group'],
  ])('judges USER %j', async (user, message) => {
    expect(await told('user', { files, config: { user } })).toContain(message);
  });

  it('names the number that would do instead of the name', async () => {
    expect(await told('user', { files, config: { user: 'app' } })).toContain('USER 1000');
  });

  it('leaves root to `identity` where a container showed as whom it runs', async () => {
    expect(await told('user', { files, imageClass: 'service' })).toContain('pass');
    expect(await told('user', { files, imageClass: 'needs-config' })).toContain('warn');
  });

  it('takes the user of the profile for that of the image', async () => {
    expect(await told('user', { files, profile: { run: { user: '1000' } } })).toContain('pass');
  });

  it('passes a number without any accounts, as in an image from scratch', async () => {
    expect(await told('user', { config: { user: '65534' } })).toContain('pass');
  });
});

describe('ports', () => {
  it('tells, and does not warn of, ports that only some engines let a user open', async () => {
    const config = { exposedPorts: ['80/tcp'], user: '1000' };

    expect(await told('ports', { config })).toMatch(/^pass: EXPOSEs 80.*OpenShift/u);
    expect(await told('ports', { config: { ...config, user: '' } })).toBe('pass: EXPOSEs 80/tcp.');
  });

  it('has nothing to judge without ports', async () => {
    expect(await told('ports', {})).toContain('skip');
  });
});

describe('volumes', () => {
  const volumes = ['/data'];

  it.each<[string, StillImage, string]>([
    [
      'its user owns',
      { files: { '/data': { isFolder: true, uid: 1000 } }, config: { user: '1000' } },
      'pass',
    ],
    [
      'everyone may write to',
      { files: { '/data': { isFolder: true, mode: 0o1777 } }, config: { user: '1000' } },
      'pass',
    ],
    ['root makes for root', { config: { user: '' } }, 'pass'],
    ['root has', { files: { '/data': { isFolder: true } }, config: { user: '1000' } }, 'warn'],
    ['nobody has made', { config: { user: '1000' } }, 'warn: The user 1000 may not write to /data'],
    [
      'is behind a link',
      {
        files: { '/data': { linkTo: '/srv' }, '/srv': { isFolder: true, uid: 1000 } },
        config: { user: '1000' },
      },
      'pass',
    ],
  ])('judges a volume that %s', async (_, image, verdict) => {
    const text = await told('volumes', { ...image, config: { volumes, ...image.config } });

    expect(text).toContain(verdict);
  });

  it.each([
    ['a builder that drops it', undefined, 'warn: layer 2 (COPY data /data) puts files into /data'],
    ['BuildKit, which keeps it', 'buildkit.dockerfile.v0', 'pass'],
  ])('judges what comes after VOLUME by %s', async (_, comment, verdict) => {
    const layers = [{ '/data': { isFolder: true } }, { '/data/seed': 'x' }];
    const history = ['ADD rootfs /', 'VOLUME [/data]', 'COPY data /data'].map((created_by) => ({
      created_by,
      empty_layer: created_by.startsWith('VOLUME'),
      ...(comment === undefined ? {} : { comment }),
    }));

    expect(await told('volumes', { layers, history, config: { volumes } })).toContain(verdict);
  });
});

describe('labels', () => {
  it('names all that are missing', async () => {
    expect(await told('labels', {})).toContain(
      'warn: Has no labels for title, source, revision, version, licenses and created',
    );
  });

  it.each([
    ['created', 'yesterday', 'a time as in RFC 3339'],
    ['source', 'our repository', 'a URL'],
    ['licenses', 'see the file, please', 'an SPDX expression'],
    ['base.digest', 'latest', 'a digest'],
  ])('warns of %s that reads %j', async (name, value, is) => {
    const labels = { ...allLabels, [`org.opencontainers.image.${name}`]: value };

    expect(await told('labels', { config: { labels } })).toMatch(
      new RegExp(`^warn: The label org.opencontainers.image.${name} is not ${is}`, 'u'),
    );
  });

  it.each([
    ['created', '2026-11-24T12:07:03+00:00'],
    ['source', 'git@github.com:owner/app.git'],
    ['licenses', '(MIT AND BSD-3-Clause) OR GPL-2.0-or-later WITH Classpath-exception-2.0'],
    ['revision', 'v1.2.0-3-gabcdef1'],
  ])('takes %s that reads %j', async (name, value) => {
    const labels = { ...allLabels, [`org.opencontainers.image.${name}`]: value };

    expect(await told('labels', { config: { labels } })).toContain('pass');
  });
});
