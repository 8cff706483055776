import { describe, expect, it } from 'vitest';
import { findSecrets, tokenForms } from './image-secrets.ts';

const TOKEN = `ghp_${'a1B2'.repeat(9)}`;

function configOf(parts: {
  readonly env?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly steps?: readonly string[];
}): string {
  return JSON.stringify({
    config: { Env: parts.env ?? null, Labels: parts.labels ?? null },
    history: (parts.steps ?? []).map((created_by) => ({ created_by })),
  });
}

describe('a secret in an image', () => {
  it.each([
    [
      'a variable whose name says so',
      { env: ['PATH=/bin', 'DB_PASSWORD=hunter22'] },
      'DB_PASSWORD',
    ],
    ['a variable whose value says so', { env: [`X=${TOKEN}`] }, 'X'],
    [
      'a label whose name says so',
      { labels: { 'org.example.api-key': 'abcdef' } },
      'org.example.api-key',
    ],
    ['a label whose value says so', { labels: { note: 'https://me:secret@example.org' } }, 'note'],
    [
      'a build argument',
      { steps: ['RUN |1 NPM_TOKEN=abcdef /bin/sh -c npm ci # buildkit'] },
      'NPM_TOKEN',
    ],
    ['the default of an argument', { steps: ['ARG SECRET=abcdef'] }, 'SECRET'],
    ['a quoted value', { steps: ['ENV API_KEY="two words"'] }, 'API_KEY'],
    ['an argument with a token and an innocent name', { steps: [`RUN |1 T=${TOKEN} sh`] }, 'T'],
  ])('is found in %s', (_, parts, name) => {
    const found = findSecrets(configOf(parts));

    expect(found.map((finding) => finding.name)).toEqual([name]);
    expect(JSON.stringify(found)).not.toMatch(/hunter22|abcdef|ghp_|two words|me:secret/u);
  });

  it.each([
    ['AWS', `AKIA${'A2'.repeat(8)}`],
    ['GitHub', `github_pat_${'a'.repeat(82)}`],
    ['GitLab', `glpat-${'a'.repeat(20)}`],
    ['Slack', `xoxb-${'1'.repeat(12)}`],
    ['npm', `npm_${'a'.repeat(36)}`],
    ['Docker', `dckr_pat_${'a'.repeat(24)}`],
    ['Google', `AIza${'a'.repeat(35)}`],
    ['Stripe', `sk_live_${'a'.repeat(24)}`],
    ['private key', '-----BEGIN OPENSSH PRIVATE KEY-----'],
    ['URL', 'git clone https://me:secret@example.org/x'],
  ])('is told by its form: %s', (kind, text) => {
    const [found] = findSecrets(configOf({ steps: [`RUN /bin/sh -c echo ${text} # buildkit`] }));

    expect(found?.text).toContain(`a step in the history (`);
    expect(found?.text.toLowerCase()).toContain(kind.toLowerCase());
    expect(found?.text).not.toContain(text);
    expect(tokenForms.filter(({ marks }) => marks.some((mark) => text.includes(mark)))).not.toEqual(
      [],
    );
  });

  it('is named once, however often it stands there', () => {
    const parts = { env: ['TOKEN=abcdef'], steps: ['ENV TOKEN=abcdef', 'ARG TOKEN=abcdef'] };

    expect(findSecrets(configOf(parts))).toHaveLength(1);
  });

  it.each([
    ['a path', ['ENV TOKEN_FILE=/run/secrets/token', 'ENV PASSWORD=/run/secrets/p']],
    ['a variable', ['RUN PASSWORD=$GIVEN ./setup', 'RUN TOKEN="$(cat /t)" ./setup']],
    ['nothing', ['ARG TOKEN', 'ARG TOKEN=', 'ENV AUTH=none', 'ENV REQUIRE_AUTH=true']],
    ['another name', ['ENV KEYS=abcdef', 'ENV GPG_KEY=E3FF2839C048B25C084DEBE9B26995E310250568']],
    ['a URL with a port', ['ENV PROXY=http://proxy.example.org:3128', 'ENV U=http://$U:$P@host']],
  ])('is not %s', (_, steps) => {
    expect(findSecrets(configOf({ steps }))).toEqual([]);
  });

  it('may be there when a reason is given, under that name alone', () => {
    const config = configOf({ env: ['PASSWORD=postgres', 'API_KEY=abcdef'] });

    expect(findSecrets(config, { PASSWORD: 'a default for trying it out' })).toHaveLength(1);
  });

  it('is looked for in bounded time', () => {
    const startedAt = performance.now();
    findSecrets(configOf({ steps: ['a'.repeat(2_000_000), '-----BEGIN '.repeat(200_000)] }));

    expect(performance.now() - startedAt).toBeLessThan(5000);
  });
});
