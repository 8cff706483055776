import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bindMap, hostToShown, placeOf } from './bind-map.ts';

const root = await realpath(await mkdtemp(join(tmpdir(), 'binds-')));
const temporary = join(root, 'private');
const project = join(root, 'project');
await mkdir(join(temporary, 'data'), { recursive: true });
await mkdir(project);
await symlink('/etc', join(temporary, 'out'));
await symlink(project, join(temporary, 'across'));
afterAll(() => rm(root, { recursive: true, force: true }));

const map = bindMap(
  [
    { shown: '/tmp', real: temporary },
    { shown: project, real: project },
  ],
  { own: '/run/session.sock', engineUrl: `unix://${temporary}/real.sock` },
);

describe('a mount of a script', () => {
  it.each([
    ['/tmp', temporary],
    ['/tmp/data/', join(temporary, 'data')],
    ['/tmp/not/yet/there', join(temporary, 'not/yet/there')],
    ['/tmp/across/x', join(project, 'x')],
    [project, project],
    ['/var/run/docker.sock', '/run/session.sock'],
    ['/run/docker.sock', '/run/session.sock'],
    ['/run/session.sock', '/run/session.sock'],
    ['/tmp/real.sock', '/run/session.sock'],
    ['/tmp/data/../real.sock', '/run/session.sock'],
  ])('leads from %s to %s', async (path, real) => {
    await expect(placeOf(path, map)).resolves.toEqual({ real });
  });

  it.each([
    ['/etc', 'bind.path'],
    ['/', 'bind.path'],
    ['/var/run', 'bind.path'],
    ['/proc', 'bind.path'],
    ['/tmp/../etc', 'bind.path'],
    ['/tmpx', 'bind.path'],
    ['/tmp/out', 'bind.symlink'],
    ['/tmp/out/new', 'bind.symlink'],
  ])('to %s is denied by %s', async (path, rule) => {
    await expect(placeOf(path, map)).resolves.toEqual({ rule });
  });

  it('is shown by the name that the script knows', () => {
    expect(hostToShown(`mounts ${temporary}/data`, map)).toBe('mounts /tmp/data');
  });
});
