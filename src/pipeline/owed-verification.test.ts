import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../kernel/digest.ts';
import { isVerificationOwed, oweVerification, settleVerification } from './owed-verification.ts';

describe('what is to be said once tags have moved', () => {
  it('is owed until it is settled, for one digest in one repository', async () => {
    const stateFolder = await mkdtemp(join(tmpdir(), 'seatrial-owed-'));
    const place = { stateFolder, repository: 'registry.example/app', digest: digestOf('image') };
    const others = [
      { ...place, repository: 'registry.example/other' },
      { ...place, digest: digestOf('other') },
    ];

    await oweVerification(place);
    const owed = await Promise.all([place, ...others].map(isVerificationOwed));
    await settleVerification(place);
    await settleVerification(place);

    expect(owed).toEqual([true, false, false]);
    expect(await isVerificationOwed(place)).toBe(false);
    await rm(stateFolder, { recursive: true });
  });
});
