import { describe, expect, it } from 'vitest';
import type { PathChange } from '../../engine/contract.ts';
import { sheltersOf } from './written-folders.ts';
import { leavesOf } from './writes-seen.ts';

function shelters(...lines: readonly string[]): ReturnType<typeof sheltersOf> {
  const kinds = { A: 'added', C: 'changed', D: 'deleted' } as const;
  const changes = lines.map((line): PathChange => {
    const [kind = '', path = ''] = line.split(' ');
    return { kind: kind === 'A' || kind === 'D' ? kinds[kind] : kinds.C, path };
  });
  return sheltersOf(changes, leavesOf(changes, []));
}

describe('where a container has to be able to write', () => {
  it('is a volume on a folder of the image, which keeps what is in it', () => {
    expect(shelters('C /var', 'C /var/log', 'C /var/log/app', 'A /var/log/app/x')).toEqual({
      tmpfs: [],
      volumes: ['/var/log/app'],
      homeless: [],
    });
  });

  it('is a file system in memory on a folder that is new, and on those for what may be lost', () => {
    expect(
      shelters(
        'C /var',
        'A /var/cache',
        'A /var/cache/a',
        'A /var/cache/a/b',
        'C /tmp',
        'A /tmp/x',
      ),
    ).toMatchObject({ tmpfs: ['/tmp', '/var/cache'], volumes: [] });
  });

  it('is one folder for all that lies below it', () => {
    expect(shelters('C /srv', 'C /srv/a', 'A /srv/a/x', 'A /srv/y', 'D /srv/a/z')).toMatchObject({
      volumes: ['/srv'],
    });
  });

  it('is nowhere for a file in the root', () => {
    expect(shelters('A /core')).toEqual({ tmpfs: [], volumes: [], homeless: ['/core'] });
  });
});
