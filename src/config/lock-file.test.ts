import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hardeningSchema } from './hardening-schema.ts';
import { LOCK_FILE, readLockFile, writeLockFile } from './lock-file.ts';

const app = hardeningSchema.parse({ read_only: true, tmpfs: ['/tmp'], memory: '64m' });
const other = hardeningSchema.parse({ cap_add: ['CHOWN'], user: '10001:10001' });

describe('seatrial.lock', () => {
  it('locks nobody when it is not there', async () => {
    await using folder = await openFolder();

    expect(await readLockFile(folder.path)).toEqual(new Map());
  });

  it('gives back what was written, and keeps the other images', async () => {
    await using folder = await openFolder();

    await writeLockFile(folder.path, 'other', other);
    const path = await writeLockFile(folder.path, 'app', app);

    expect(await readLockFile(folder.path)).toEqual(
      new Map([
        ['app', app],
        ['other', other],
      ]),
    );
    expect(await readFile(path, 'utf8')).toContain('seatrial harden --write');
  });

  it('tells line and column of what is no capability, and of an unknown key', async () => {
    await using folder = await openFolder();
    const text = `version: 1
images:
  app:
    hardening:
      cap_add: [chown]
      readonly: true
`;
    await writeFile(join(folder.path, LOCK_FILE), text);

    await expect(readLockFile(folder.path)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(readLockFile(folder.path)).rejects.toThrow(
      /seatrial\.lock:5:17: .*CHOWN|NET_RAW/su,
    );
    await expect(readLockFile(folder.path)).rejects.toThrow(/seatrial\.lock:6:7: .*read_only/su);
  });
});

async function openFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  return await mkdtempDisposable(join(tmpdir(), 'seatrial-lock-'));
}
