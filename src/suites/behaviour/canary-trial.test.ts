import { describe, expect, it } from 'vitest';
import { makeCanaries, namesIn } from './canary-trial.ts';
import { secretNamesOf } from './own-values.ts';
import { createSubject } from './testing/subject.ts';

describe('secretNamesOf', () => {
  it('takes variables of image and profile, once each, and neither places nor what the owner explains', () => {
    const subject = createSubject({
      config: { env: ['PATH=/bin', 'DB_PASSWORD=', 'API_TOKEN=x', 'KEY_TOKEN_FILE=/run/key'] },
      profile: {
        run: { env: { DB_PASSWORD: 'y', SIGNING_KEY: 'z', MODE: 'fast' } },
        notSecret: { API_TOKEN: 'public' },
      },
    });

    expect(secretNamesOf(subject)).toEqual(['DB_PASSWORD', 'SIGNING_KEY']);
  });
});

describe('canaries', () => {
  it('differ, and are found where they stand', () => {
    const canaries = makeCanaries(['A_TOKEN', 'B_TOKEN']);

    expect(canaries['A_TOKEN']).not.toBe(canaries['B_TOKEN']);
    expect(namesIn(`--token=${String(canaries['B_TOKEN'])}`, canaries)).toEqual(['B_TOKEN']);
    expect(namesIn('', canaries)).toEqual([]);
  });
});
