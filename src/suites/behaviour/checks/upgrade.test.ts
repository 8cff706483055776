import { describe, expect, it } from 'vitest';
import type { UpgradeRun } from '../runs.ts';
import type { StartOutcome } from '../start-outcome.ts';
import type { Sentinel } from '../sentinel.ts';
import { createSubject } from '../testing/subject.ts';
import { judgeRollback } from './rollback.ts';
import { judgeIds } from './same-ids.ts';
import { judgeUpgrade } from './upgrade.ts';

const ready: StartOutcome = { state: 'ready', durationMs: 100, because: 'port 80 listens' };
const refuses: StartOutcome = {
  state: 'exited',
  durationMs: 100,
  exitCode: 3,
  isOomKilled: false,
  log: 'run migrate first',
};
const kept: Sentinel = {
  volume: '/data',
  path: '/data/.seatrial-sentinel',
  found: 'intact',
  ownerBefore: '1:1',
  ownerAfter: '1:1',
};
const owners = { before: { '/data': '1:1' }, after: { '/data': '1:1' } };
const good: UpgradeRun = {
  from: 'app@sha256:1',
  first: ready,
  exercise: undefined,
  owners,
  outcome: ready,
  sentinels: [kept],
  again: ready,
  back: { outcome: ready, read: undefined },
};
const subject = createSubject({ config: { volumes: ['/data'] } });
const breaking = { ...subject, image: { ...subject.image, breaking: 'new format' } };

describe('upgrade', () => {
  it('passes when the image takes over, and again', () => {
    expect(judgeUpgrade(good, subject)).toMatchObject({ verdict: 'pass' });
  });

  it.each<[string, Partial<UpgradeRun>, string]>([
    ['does not come up', { outcome: refuses, again: undefined }, 'Does not come up on the volumes'],
    ['has lost a file', { sentinels: [{ ...kept, found: 'gone' }] }, '/data is gone'],
    [
      'has lost state',
      { read: { result: 'unmet', because: '404', seen: '' } },
      'does not find what that wrote: 404',
    ],
    ['does not come up again', { again: refuses }, 'not a second time'],
  ])('fails when the image %s', (_, change, says) => {
    const result = judgeUpgrade({ ...good, ...change }, subject);

    expect(result).toMatchObject({ verdict: 'fail' });
    expect(result.message).toContain(says);
  });

  it('is skipped when the release does not come up', () => {
    const run = { from: 'app:1', first: refuses, exercise: undefined };

    expect(judgeUpgrade(run, subject)).toMatchObject({ verdict: 'skip' });
    expect(judgeRollback(run, subject)).toMatchObject({ verdict: 'skip' });
    expect(judgeIds(run)).toMatchObject({ verdict: 'skip' });
  });

  it('passes for one that is said to break when it refuses and touches nothing', () => {
    const refusal = { ...good, outcome: refuses, again: undefined, back: undefined };

    expect(judgeUpgrade(refusal, breaking)).toMatchObject({ verdict: 'pass' });
    expect(
      judgeUpgrade({ ...refusal, sentinels: [{ ...kept, found: 'changed' }] }, breaking),
    ).toMatchObject({ verdict: 'fail' });
    expect(
      judgeUpgrade({ ...refusal, outcome: { ...refuses, exitCode: 0 } }, breaking),
    ).toMatchObject({ verdict: 'fail' });
  });
});

describe('rollback', () => {
  it('passes when the release takes its volumes back', () => {
    expect(judgeRollback(good, subject)).toMatchObject({ verdict: 'pass' });
  });

  it('fails when it does not come up, or does not find its data', () => {
    const unread = { outcome: ready, read: { result: 'unmet', because: '404', seen: '' } } as const;

    expect(
      judgeRollback({ ...good, back: { outcome: refuses, read: undefined } }, subject),
    ).toMatchObject({ verdict: 'fail' });
    expect(judgeRollback({ ...good, back: unread }, subject)).toMatchObject({ verdict: 'fail' });
  });
});

describe('same-ids', () => {
  it('passes when owners are the same, and for a volume that is new', () => {
    const after = { '/data': '1:1', '/new': '7:7' };

    expect(judgeIds({ ...good, owners: { ...owners, after } })).toMatchObject({ verdict: 'pass' });
  });

  it('fails when an owner has another number', () => {
    const result = judgeIds({ ...good, owners: { ...owners, after: { '/data': '2:2' } } });

    expect(result).toMatchObject({ verdict: 'fail' });
    expect(result.message).toContain('/data from 1:1 to 2:2');
  });
});
