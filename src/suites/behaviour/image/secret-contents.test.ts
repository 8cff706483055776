import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { findPrivateKeys } from './private-key.ts';
import { findSecretContents } from './secret-contents.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const locked = privateKey
  .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
  .toString();
/** Put together here, so that nobody who looks for tokens finds one in this file. */
const token = (prefix: string, rest: string): string => `${prefix}${rest}`;
const RANDOM = '9fK2mQ7xLp4Zt8Wc3Rv6Bn1D';
const CHECKED = 'zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17';
const AWS_ID = token('AKIA', '2QX7NB5RKCM3WTGD');
const AWS_SECRET = `${RANDOM}yHs5Jd0Ga+Eu/iPk`;

/** An OpenSSH key file as far as anybody looks: its magic and the name of its cipher. */
function openSsh(cipher: string): string {
  const bytes = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    Buffer.from([0, 0, 0, cipher.length]),
    Buffer.from(`${cipher}${'\0'.repeat(60)}`),
  ]);
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${bytes.toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

function told(path: string, text: string): readonly string[] {
  return findSecretContents(path, Buffer.from(text)).map(
    ({ kind, isCertain }) => `${isCertain ? '' : 'perhaps '}${kind}`,
  );
}

describe('a secret in a file', () => {
  it.each([
    ['a key', '/app/key', pem, 'a private key'],
    ['a key of OpenSSH', '/root/x', openSsh('none'), 'a private key'],
    ['a key in JSON', '/app/account.json', JSON.stringify({ private_key: pem }), 'a private key'],
    ['a GitHub token', '/app/x.js', `t="${token('ghp_', CHECKED)}"`, 'a GitHub token'],
    ['an npm token', '/x', token('npm_', CHECKED), 'an npm token'],
    ['a GitLab token', '/x', token('glpat-', RANDOM.slice(0, 20)), 'a GitLab token'],
    ['a Stripe key', '/x', token('sk_live_', RANDOM), 'a Stripe key'],
    ['a Docker token', '/x', token('dckr_pat_', RANDOM), 'a Docker access token'],
    ['a Slack token', '/x', token('xoxb-', `123456789012-210987654321-${RANDOM}`), 'a Slack token'],
    [
      'keys for AWS',
      '/root/.aws/credentials',
      `aws_access_key_id=${AWS_ID}\naws_secret_access_key = ${AWS_SECRET}\n`,
      'an AWS access key',
    ],
    ['.npmrc', '/root/.npmrc', `//registry.npmjs.org/:_authToken=${RANDOM}\n`, 'a token in .npmrc'],
    ['.netrc', '/root/.netrc', 'machine x login me password hunter22\n', 'a password in .netrc'],
    ['.pypirc', '/root/.pypirc', '[pypi]\npassword = hunter22\n', 'a password in .pypirc'],
    [
      'the credentials of docker',
      '/root/.docker/config.json',
      '{"auths":{"r":{"auth":"bWU6aHVudGVyMjI="}}}',
      'credentials of a registry',
    ],
    [
      'a kubeconfig',
      '/root/.kube/config',
      `users:\n- user:\n    client-key-data: ${RANDOM}${RANDOM}\n`,
      'credentials of a cluster',
    ],
    [
      'the credentials of git',
      '/root/.git-credentials',
      'https://me:hunter22@example.org\n',
      'credentials of a git host',
    ],
  ])('is certain: %s', (...row) => {
    const [, path, text, kind] = row;

    expect(told(path, text)).toEqual([kind]);
  });

  it.each([
    ['a key with a passphrase', '/app/key', locked, 'a private key with a passphrase'],
    ['a locked key of OpenSSH', '/x', openSsh('aes256-ctr'), 'a private key with a passphrase'],
    ['a key in a package', '/app/node_modules/x/key.pem', pem, 'a private key'],
    ['a key for tests', '/app/test/key.pem', pem, 'a private key'],
    ["Debian's own key", '/etc/ssl/private/ssl-cert-snakeoil.key', pem, 'a private key'],
    [
      '.env',
      '/app/.env',
      'API_KEY=abc123def\n',
      'a value in .env whose name says that it is a secret',
    ],
  ])('is less certain: %s', (...row) => {
    const [, path, text, kind] = row;

    expect(told(path, text)).toEqual([`perhaps ${kind}`]);
  });

  it.each([
    ['a public key', '/x', publicKey.export({ type: 'spki', format: 'pem' }).toString()],
    [
      'a placeholder for a key',
      '/x',
      '-----BEGIN PRIVATE KEY-----\n…\n-----END PRIVATE KEY-----\n',
    ],
    ['code that looks for keys', '/x.py', 'if "-----BEGIN RSA PRIVATE KEY-----" in text: pass'],
    ['a key that breaks off', '/x', pem.slice(0, 80)],
    ['a token with a wrong check sum', '/x', token('ghp_', CHECKED.replace('17', '18'))],
    ['a token of a manual', '/x', token('glpat-', 'xxxxxxxxxxxxxxxxxxxx')],
    ['the id of a key alone', '/x', AWS_ID],
    [
      "Amazon's example",
      '/x',
      'AKIAIOSFODNN7EXAMPLE secret_access_key=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    ],
    ['a Google key, which pages show', '/x', token('AIza', `Sy${RANDOM}${RANDOM.slice(0, 9)}`)],
    ['a variable in .npmrc', '/root/.npmrc', '//registry.npmjs.org/:_authToken=${NPM_TOKEN}\n'],
    ['an empty .docker/config.json', '/root/.docker/config.json', '{"auths":{}}'],
    [
      'a kubeconfig with a file',
      '/root/.kube/config',
      'users:\n- user:\n    tokenFile: /run/token\n',
    ],
    ['a placeholder in .env', '/app/.env', 'API_KEY=changeme\nPASSWORD=\n'],
    ['a name alone', '/app/server.pem', 'hello'],
  ])('is not %s', (_, path, text) => {
    expect(told(path, text)).toEqual([]);
  });

  it('is looked for in bounded time, whatever the file holds', () => {
    const startedAt = performance.now();
    for (const text of [
      '-----BEGIN PRIVATE KEY-----'.repeat(60_000),
      'npm_'.repeat(400_000),
      'secret_access_key '.repeat(100_000),
      `AKIA ${'a'.repeat(2_000_000)}`,
    ]) {
      told('/root/.npmrc', text);
    }

    expect(performance.now() - startedAt).toBeLessThan(5000);
  });
});

describe('findPrivateKeys', () => {
  it('finds each key of a file', () => {
    expect(findPrivateKeys(`${pem}\n${locked}`)).toEqual(['open', 'locked']);
  });
});
