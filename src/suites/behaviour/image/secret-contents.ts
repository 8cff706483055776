import { crc32 } from 'node:zlib';
import { tokenForms } from '../../../build/image-secrets.ts';
import { findCredentials } from './credential-files.ts';
import type { FoundSecret } from './found-secret.ts';
import { findPrivateKeys } from './private-key.ts';

/**
 * Secrets in a text, by its contents: keys that a library takes for keys, tokens with a valid check sum or of
 * random letters, credentials in the formats of programs. What lies in a package or among tests is less certain.
 */
export function findSecretContents(path: string, bytes: Buffer): readonly FoundSecret[] {
  const forms = tokenForms.filter(
    ({ isCertain, marks }) => isCertain && marks.some((mark) => bytes.includes(mark, 0, 'latin1')),
  );
  const credentials = findCredentials(path, bytes);
  if (forms.length === 0) return weighed(path, credentials);
  const text = bytes.toString('latin1');
  const tokens = forms.flatMap(({ kind, form }): readonly FoundSecret[] =>
    kind === PRIVATE_KEY
      ? keysIn(text)
      : tokensIn(text, form).some((token) => isGenuine(kind, token, text))
        ? [{ kind, isCertain: true }]
        : [],
  );
  return weighed(path, [...tokens, ...credentials]);
}

const PRIVATE_KEY = 'a private key';

function keysIn(text: string): readonly FoundSecret[] {
  const states = findPrivateKeys(text);
  if (states.includes('open')) return [{ kind: PRIVATE_KEY, isCertain: true }];
  return states.length === 0 ? [] : [{ kind: 'a private key with a passphrase', isCertain: false }];
}

/** Of one file and one kind: of more, the first ones tell enough. */
const MOST_TOKENS = 50;

function tokensIn(text: string, form: RegExp): readonly string[] {
  const found: string[] = [];
  for (const { index } of text.matchAll(new RegExp(form, `${form.flags}g`))) {
    if (found.length === MOST_TOKENS) break;
    const [token = ''] = /^[A-Za-z0-9_-]+/u.exec(text.slice(index, index + 300)) ?? [];
    found.push(token);
  }
  return found;
}

/** Manuals and tests are full of tokens that open nothing. */
function isGenuine(kind: string, token: string, text: string): boolean {
  if (/EXAMPLE/iu.test(token)) return false;
  if (kind === 'an AWS access key') return hasAwsSecret(text);
  if (kind === 'a Slack token') return SLACK.test(token) && isRandom(token);
  const hasCheckSum = /^(?:gh[a-z]|npm)_/u.test(token);
  return hasCheckSum ? isCheckSumRight(token) : isRandom(token);
}

const SLACK = /^xox[abprs]-(?:\d{8,14}-){1,3}[A-Za-z0-9]{16,64}$/u;

/** The id of a key is public; the key is not. */
function hasAwsSecret(text: string): boolean {
  const found =
    /secret_?access_?key["']?\s{0,8}[:=]\s{0,8}["']?([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/iu.exec(
      text,
    )?.[1];
  return found !== undefined && !/EXAMPLE/iu.test(found) && isRandom(found);
}

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const CHECK_SUM_DIGITS = 6;

/**
 * The last six letters are the CRC-32 of the ones between them and the prefix, to the base of 62.
 * @see https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/
 */
function isCheckSumRight(token: string): boolean {
  const letters = token.slice(token.indexOf('_') + 1);
  let rest = crc32(letters.slice(0, -CHECK_SUM_DIGITS));
  let sum = '';
  while (sum.length < CHECK_SUM_DIGITS) {
    sum = `${DIGITS[rest % DIGITS.length] ?? ''}${sum}`;
    rest = Math.floor(rest / DIGITS.length);
  }
  return letters.endsWith(sum);
}

/** In bits for each letter: 24 random letters and digits have 4 and more, words of a manual less. */
const LEAST_ENTROPY = 3.5;

function isRandom(token: string): boolean {
  const counts = new Map<string, number>();
  for (const letter of token) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  const entropy = [...counts.values()]
    .map((count) => count / token.length)
    .reduce((sum, share) => sum - share * Math.log2(share), 0);
  return entropy >= LEAST_ENTROPY;
}

/** Packages bring keys for their own tests, manuals bring examples, and Debian makes a certificate for itself. */
const LESS_CERTAIN =
  /\/(?:site-packages|dist-packages|node_modules|gems|vendor|pkg\/mod|registry\/src|tests?|testdata|test-data|__tests__|specs?|fixtures?|examples?|docs?|usr\/share)\/|snakeoil|\.(?:md|rst|html?)$/u;

function weighed(path: string, found: readonly FoundSecret[]): readonly FoundSecret[] {
  return LESS_CERTAIN.test(path) ? found.map(({ kind }) => ({ kind, isCertain: false })) : found;
}
