import { describe, expect, it } from 'vitest';
import { assertNoSecrets } from './assert-no-secrets.ts';

function configOf(env: readonly string[]): string {
  return JSON.stringify({ config: { Env: env } });
}

describe('a secret in an image', () => {
  it('stops the image: SECRET_IN_IMAGE', () => {
    const config = configOf(['TOKEN=abcdef', 'PASSWORD=hunter22']);

    expect(() => assertNoSecrets(config)).toThrow(
      expect.objectContaining({
        code: 'SECRET_IN_IMAGE',
        message:
          'everyone who pulls the image could read variable TOKEN (by its name a secret), and 1 more',
      }),
    );
    expect(() => assertNoSecrets(configOf(['PATH=/bin']))).not.toThrow();
  });
});
