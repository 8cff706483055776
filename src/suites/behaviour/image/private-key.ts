import { createPrivateKey } from 'node:crypto';

/** Whether a text that looks like a private key is one, and whether a passphrase protects it. */
export type KeyState = 'open' | 'locked';

const BEGIN = /-----BEGIN ([A-Z ]{0,30}PRIVATE KEY)-----/gu;
const LONGEST_KEY = 20_000;
/** Of one file. */
const MOST_KEYS = 50;

/** The keys in a text, also those that JSON carries with `\n` for line ends. What only looks like one is none. */
export function findPrivateKeys(text: string): readonly KeyState[] {
  const found: KeyState[] = [];
  let tried = 0;
  for (const match of text.matchAll(BEGIN)) {
    tried += 1;
    if (tried > MOST_KEYS) break;
    const [begin, label = ''] = match;
    const end = `-----END ${label}-----`;
    const piece = text.slice(match.index, match.index + LONGEST_KEY);
    const length = piece.indexOf(end);
    if (length === -1) continue;
    const body = piece.slice(begin.length, length).replaceAll(/\\r?\\n|\\n/gu, '\n');
    const state = stateOf(label, body);
    if (state !== undefined) found.push(state);
  }
  return found;
}

function stateOf(label: string, body: string): KeyState | undefined {
  if (label === 'OPENSSH PRIVATE KEY') return stateOfOpenSsh(Buffer.from(body, 'base64'));
  if (label.startsWith('ENCRYPTED') || body.includes('Proc-Type: 4,ENCRYPTED')) {
    const base64 = body.replaceAll(/^[A-Za-z-]+:.*$/gmu, '');
    return Buffer.from(base64, 'base64').length >= SHORTEST_KEY_BYTES ? 'locked' : undefined;
  }
  try {
    createPrivateKey(`-----BEGIN ${label}-----${body}-----END ${label}-----\n`);
    return 'open';
  } catch {
    // What no library takes for a key opens nothing: a placeholder of a manual.
    return undefined;
  }
}

const SHORTEST_KEY_BYTES = 48;
const OPENSSH_MAGIC = 'openssh-key-v1\0';

/** @see https://github.com/openssh/openssh-portable/blob/V_9_9_P2/PROTOCOL.key */
function stateOfOpenSsh(bytes: Buffer): KeyState | undefined {
  const at = OPENSSH_MAGIC.length;
  if (bytes.toString('latin1', 0, at) !== OPENSSH_MAGIC || bytes.length < at + 8) return undefined;
  const cipher = bytes.toString('latin1', at + 4, at + 4 + bytes.readUInt32BE(at));
  return cipher === 'none' ? 'open' : 'locked';
}
