import { expect, test } from 'vitest';
import type { RunEventBody } from '../kernel/run-events.ts';
import { Secret } from '../kernel/secret.ts';
import { createRedactor } from './redaction.ts';

const PASSWORD = 'p@ss/"word" 42';

function output(text: string, source = 'RUN'): RunEventBody {
  return { type: 'step.output', step: 'build:app', source, text };
}

const stepEnd: RunEventBody = {
  type: 'step.finished',
  step: 'build:app',
  outcome: 'passed',
  durationMs: 1,
};

/** All that comes out when the pieces go in, as text. */
function throughput(secret: string, pieces: readonly string[]): string {
  const redactor = createRedactor([new Secret(secret)]);
  return [...pieces.map((piece) => output(piece)), stepEnd]
    .flatMap((event) => redactor.redact(event))
    .map((event) => (event.type === 'step.output' ? event.text : ''))
    .join('');
}

test.each([
  ['as it is', PASSWORD],
  ['in a URL', encodeURIComponent(PASSWORD)],
  ['in JSON', JSON.stringify(PASSWORD).slice(1, -1)],
  ['in base64', Buffer.from(PASSWORD).toString('base64')],
])('a secret is masked %s', (_, form) => {
  const redactor = createRedactor([new Secret(PASSWORD)]);

  expect(redactor.redactText(`login ${form}!`)).toBe('login ***!');
});

test.each(['', 'u', 'us', 'usr', 'user'])(
  'a secret is masked in the base64 of a login with the name %j',
  (name) => {
    const redactor = createRedactor([new Secret(PASSWORD)]);
    const login = Buffer.from(`${name}:${PASSWORD}!`).toString('base64');
    const hidden = Buffer.from(PASSWORD).toString('base64').slice(4, 12);

    const shown = redactor.redactText(`Basic ${login}`);

    expect(shown).toContain('***');
    // At most the two bytes beside its edges can be told from what is left.
    expect(shown.length).toBeLessThan('Basic '.length + login.length - PASSWORD.length);
    expect(shown).not.toContain(hidden);
  },
);

test('a secret of three characters is masked too', () => {
  const redactor = createRedactor([new Secret('k3y')]);

  expect(redactor.redactText('with k3y at the door')).toBe('with *** at the door');
});

test('a secret is masked in every field of every depth, its own name included', () => {
  const redactor = createRedactor([new Secret('hunter22')]);
  const intent: RunEventBody = {
    type: 'effect.intent',
    step: 'ship:app',
    effect: 'log in as hunter22',
    details: {
      key: 'hunter22',
      list: [{ hunter22: 'x' }],
      url: new URL('http://u:hunter22@example.test/'),
      secret: new Secret('hunter22'),
      size: 3,
    },
  };

  const [masked] = redactor.redact(intent);

  expect(masked).toMatchObject({ step: 'ship:app', details: { key: '***', size: 3 } });
  expect(JSON.stringify(masked)).not.toContain('hunter22');
});

test('the evidence of a case is masked, its verdict is not', () => {
  const redactor = createRedactor([new Secret('pass'), new Secret('token-1')]);

  const [masked] = redactor.redact({
    type: 'case.finished',
    step: 'test:app:script',
    case: {
      suite: 'script',
      id: 'a.sh',
      verdict: 'pass',
      severity: 'error',
      durationMs: 1,
      message: 'ok',
      evidence: 'TOKEN=token-1',
    },
  });

  expect(masked).toMatchObject({ case: { verdict: 'pass', evidence: 'TOKEN=***' } });
});

test('a secret that was cut at any place between two pieces of output is masked', () => {
  const text = `before ${PASSWORD} after`;

  for (let cut = 0; cut <= text.length; cut += 1) {
    expect(throughput(PASSWORD, [text.slice(0, cut), text.slice(cut)]), `cut at ${cut}`).toBe(
      'before *** after',
    );
  }
});

test('a secret that comes one character at a time is masked', () => {
  expect(throughput('hunter22', 'xhunter2hunter22y'.split(''))).toBe('xhunter2***y');
});

test('the beginning of a secret that does not go on is given out at the end of the step', () => {
  expect(throughput('hunter22', ['I am a hunter'])).toBe('I am a hunter');
});

test('pieces of different sources are not put together', () => {
  const redactor = createRedactor([new Secret('hunter22')]);

  const events = [output('hunter', 'a'), output('22', 'b'), stepEnd].flatMap((event) =>
    redactor.redact(event),
  );

  expect(events).toEqual([output('22', 'b'), output('hunter', 'a'), stepEnd]);
});

test('every line of a key is masked, also alone', () => {
  const key = '-----BEGIN KEY-----\nMIIEvQIBADANBg\n-----END KEY-----';
  const redactor = createRedactor([new Secret(key)]);

  expect(redactor.redactText('found MIIEvQIBADANBg here')).toBe('found *** here');
});

test('a secret that became known later is masked from then on', () => {
  const redactor = createRedactor();
  redactor.add(new Secret('late-token'));

  expect(redactor.redactText('late-token')).toBe('***');
});

test('an empty secret masks nothing', () => {
  const redactor = createRedactor([new Secret(''), new Secret(' \n')]);

  expect(redactor.redact(output('text'))).toEqual([output('text')]);
});
