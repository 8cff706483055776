import { expect, test } from 'vitest';
import { fileOf } from '../testing/report-of.ts';
import { behaviourCase, failedRun, HOSTILE, type TimedEvent } from '../testing/sample-run.ts';
import { junit } from './junit.ts';

async function xmlOf(timed: readonly TimedEvent[]): Promise<string> {
  return await fileOf(junit, timed);
}

/** Names of tags that are open at the end, or an error at the first that does not fit. */
function openTags(xml: string): readonly string[] {
  const open: string[] = [];
  const tag = /<(\/?)([a-z-]+)((?: [a-z]+="[^"<>]*")*)(\/?)>/gu;
  const body = xml.replace(/^<\?xml[^>]*\?>/u, '');
  for (const [, end, name = '', , empty] of body.matchAll(tag)) {
    if (end === '/' && open.pop() !== name) throw new Error(`</${name}> does not fit`);
    if (end === '' && empty === '') open.push(name);
  }
  const rest = body.replace(tag, '');
  if (/[<>]|&(?!amp;|lt;|gt;|quot;|#39;)/u.test(rest)) throw new Error(`stray markup: ${rest}`);
  return open;
}

test('the file is well-formed, whatever an image printed', async () => {
  const hostile = behaviourCase(HOSTILE, { verdict: 'fail', message: HOSTILE, evidence: HOSTILE });

  const xml = await xmlOf([
    [0, { type: 'case.finished', step: `test:${HOSTILE}:script`, case: hostile }],
  ]);

  expect(openTags(xml)).toEqual([]);
  // oxlint-disable-next-line no-control-regex -- XML may hold none of them
  expect(xml).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/u);
});

test('counts, properties, skips with reasons and failures are where CI services look', async () => {
  const xml = await xmlOf(failedRun);

  expect(openTags(xml)).toEqual([]);
  expect(xml).toContain('tests="8" failures="1" errors="0" skipped="2" time="12.470"');
  expect(xml).toContain('<property name="image.platform" value="linux/amd64"/>');
  expect(xml).toContain(`<property name="image.id" value="sha256:${'4f2a'.repeat(16)}"/>`);
  expect(xml).toContain('<skipped message="the image declares no volume"/>');
  expect(xml).toContain('<failure message="The container was still running 10 s after SIGTERM');
});

test('a lost case is an error and no failure', async () => {
  const lost = behaviourCase('starts', { verdict: 'lost', reason: 'the engine went away' });

  const xml = await xmlOf([[0, { type: 'case.finished', step: 'test:app:script', case: lost }]]);

  expect(xml).toContain('<error message="the engine went away">');
  expect(xml).toContain('failures="0" errors="1"');
});

test('a failed case that does not stop the gate is no failure', async () => {
  const soft = behaviourCase('identity', { verdict: 'fail', severity: 'info', message: 'Root.' });

  const xml = await xmlOf([[0, { type: 'case.finished', step: 'test:app:script', case: soft }]]);

  expect(xml).toContain('failures="0"');
  expect(xml).toContain('warning: Root.');
});

test.each([
  ['failed', 'failures="1" errors="0"'],
  ['lost', 'failures="0" errors="1"'],
  ['cancelled', 'failures="0" errors="1"'],
] as const)('a step that %s without a bad case is told all the same', async (outcome, counts) => {
  const xml = await xmlOf([
    [0, { type: 'case.finished', step: 'test:app:script', case: behaviourCase('starts') }],
    [1, { type: 'step.finished', step: 'test:app:script', outcome, durationMs: 1, reason: 'why' }],
  ]);

  expect(xml).toContain(counts);
});
