import { expect, test } from 'vitest';
import { Secret } from '../kernel/secret.ts';
import { createRedactor } from '../report/redaction.ts';
import { limitOutput } from './output-limit.ts';

const limits = { headLength: 1000, tailLength: 200 };

/** All that comes out, with the sources in front. */
function through(pieces: readonly (readonly [source: string, text: string])[]): string {
  let out = '';
  const output = limitOutput((source, text) => {
    out += `${source}|${text}`;
  }, limits);
  for (const [source, text] of pieces) output.write(source, text);
  output.end();
  return out;
}

test('what stays within the limits comes out as it went in', () => {
  expect(
    through([
      ['a', 'one\n'],
      ['b', 'two'],
    ]),
  ).toBe('a|one\nb|two');
  const lines = 'nine char\n'.repeat(115);
  expect(through([['a', lines]]).replaceAll('a|', '')).toBe(lines);
});

test('of a hundred megabytes the first and the last lines come out, with the number of what is missing', () => {
  let heardLength = 0;
  let last = '';
  const output = limitOutput((_, text) => {
    heardLength += text.length;
    last = text;
  });
  const piece = 'a line of forty characters, or nearly so\n'.repeat(1600);
  const pieces = Math.ceil((100 * 1024 ** 2) / piece.length);

  for (let count = 0; count < pieces; count += 1) output.write('flood.sh', piece);
  output.write('flood.sh', 'the last word\n');
  output.end();

  expect(heardLength).toBeLessThan(1.2 * 1024 ** 2);
  expect(last).toMatch(/^\n\[\d+ characters left out\]\na line/u);
  expect(last).toContain('the last word');
});

test('each source has limits of its own', () => {
  const out = through([
    ['flood', 'x\n'.repeat(5000)],
    ['quiet', 'still here'],
  ]);

  expect(out).toContain('quiet|still here');
});

test('a secret on a line is masked wherever the flood is cut', () => {
  for (let before = 950; before < 1010; before += 1) {
    const redactor = createRedactor([new Secret('hunter22')]);
    const text = `${'x'.repeat(before)}\nhunter22\n${'y\n'.repeat(500)}`;
    const out = redactor.redactText(through([['a', text + text]]));
    expect(out).not.toMatch(/hunter|unter22/u);
  }
});

test('a line that is longer than all limits is left out, so that no half of a secret shows', () => {
  const out = through([['a', `${'x'.repeat(900)}\n${'hunter22'.repeat(1000)}`]]);

  expect(out).not.toContain('hunter22');
});
