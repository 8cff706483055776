import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { fileOf } from '../testing/report-of.ts';
import {
  behaviourCase,
  failedRun,
  HOSTILE,
  passedRun,
  type TimedEvent,
} from '../testing/sample-run.ts';
import { html } from './html.ts';

async function pageOf(timed: readonly TimedEvent[]): Promise<string> {
  return await fileOf(html, timed);
}

test('hostile text is shown and never acts, in whatever field it comes', async () => {
  const attack = `${HOSTILE}<img src=x onerror=alert(1)>"><svg onload=alert(1)>`;
  const hostile = behaviourCase(attack, {
    verdict: 'fail',
    message: attack,
    evidence: attack,
    fix: attack,
    reason: attack,
    command: attack,
    suite: attack,
  });

  const page = await pageOf([
    [
      0,
      {
        type: 'run.started',
        runId: attack,
        command: attack,
        version: attack,
        project: attack,
        pid: 1,
        engine: attack,
        provider: attack,
        commit: attack,
      },
    ],
    [1, { type: 'step.started', step: `test:${attack}:${attack}`, why: attack }],
    [2, { type: 'case.finished', step: `test:${attack}:${attack}`, case: hostile }],
    [3, { type: 'notice', message: attack }],
    [
      4,
      {
        type: 'step.finished',
        step: `ship:${attack}`,
        outcome: 'failed',
        durationMs: 1,
        reason: attack,
        digest: attack,
        refs: [attack],
        moved: [attack],
        error: { code: attack, message: attack, hint: attack },
      },
    ],
  ]);

  // Our own script, style and timeline.
  expect(page.match(/<(?:script|img|style|iframe|svg)\b/giu)).toHaveLength(3);
  expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
});

test('the page lets only its own script and style run, and loads nothing', async () => {
  const page = await pageOf(failedRun);
  const hashOf = (tag: string): string => {
    const [, text = ''] = new RegExp(`<${tag}>([^]*?)</${tag}>`, 'u').exec(page) ?? [];
    return `sha256-${createHash('sha256').update(text).digest('base64')}`;
  };

  const [, policy = ''] = /Content-Security-Policy" content="([^"]*)"/u.exec(page) ?? [];

  expect(policy.replaceAll('&#39;', "'")).toBe(
    `default-src 'none'; script-src '${hashOf('script')}'; style-src '${hashOf('style')}'; base-uri 'none'; form-action 'none'`,
  );
  expect(page).not.toMatch(/(?:src|href)=/u);
  expect(page).not.toMatch(/ style=| on[a-z]+=/u);
});

test('failures come first, and then the timeline, all cases and all steps', async () => {
  const page = await pageOf(failedRun);

  const titles = [...page.matchAll(/<h2>([A-Z][a-z]+)/gu)].map(([, title]) => title);
  const verdicts = [...page.matchAll(/<tr data-verdict="([a-z]+)"/gu)].map(([, each]) => each);
  expect(titles).toEqual(['Failures', 'Timeline', 'Cases', 'Steps']);
  expect(verdicts).toEqual(['fail', 'warn', 'pass', 'skip', 'pass']);
});

test('a passed run shows what was shipped', async () => {
  const page = await pageOf(passedRun);

  expect(page).toContain('<h2>Shipped</h2>');
  expect(page).toContain('localhost:5000/dynamodb:latest');
  expect(page).not.toContain('<h2>Failures</h2>');
});

test('a run that died before its plan has a page too', async () => {
  const page = await pageOf(passedRun.slice(0, 1));

  expect(page).toContain('The run did not finish');
});
