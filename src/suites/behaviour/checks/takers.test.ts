import { describe, expect, it } from 'vitest';
import { behaviourSuiteSchema, type Refusal } from '../../../config/suite-schema.ts';
import type { End } from '../runs.ts';
import type { StartOutcome } from '../start-outcome.ts';
import { createSubject } from '../testing/subject.ts';
import { judgeFlags } from './flags.ts';
import { judgeCrash } from './kill-replace.ts';
import { judgeOtherHost } from './other-host.ts';
import { judgeRefusals, refusesBadConfig } from './refuses-bad-config.ts';

const ready: StartOutcome = { state: 'ready', durationMs: 200, because: 'port 80 listens' };
const late: StartOutcome = { state: 'timeout', durationMs: 2000, because: 'waited', log: '' };

function ended(exitCode: number): StartOutcome {
  return { state: 'exited', durationMs: 100, exitCode, isOomKilled: false, log: '' };
}

const answered: End = exited(0);
const up: End = { state: 'up', durationMs: 2000 };

function exited(exitCode: number): End {
  return { state: 'ended', durationMs: 100, exitCode };
}

function flagsOf(answers: readonly (readonly [End, string])[]): string {
  const names = ['--version', '--help'];
  const tries = answers.map(([end, log], index) => ({
    flag: names[index] ?? '',
    end,
    log,
  }));
  const { verdict, message } = judgeFlags({ tries });
  return `${verdict}: ${message}`;
}

describe('flags', () => {
  it.each<readonly [string, Parameters<typeof flagsOf>[0], RegExp]>([
    [
      'one that answers both',
      [
        [answered, '1.2'],
        [answered, 'usage'],
      ],
      /^pass: .*`--version` and `--help` ends with 0\.$/u,
    ],
    [
      'one that knows neither',
      [
        [exited(2), 'usage'],
        [exited(2), 'usage'],
      ],
      /^pass: .*knows neither/u,
    ],
    [
      'a shell that takes them for commands',
      [
        [exited(2), 'sh: exec: illegal option --'],
        [exited(127), ''],
      ],
      /^skip/u,
    ],
    [
      'an init that takes them for commands',
      [
        [exited(127), '[FATAL tini] exec --version failed'],
        [exited(127), ''],
      ],
      /^skip/u,
    ],
    [
      'the same words for both',
      [
        [answered, 'done'],
        [answered, 'done'],
      ],
      /^warn: .*same words/u,
    ],
    [
      'nothing for both',
      [
        [answered, ''],
        [answered, ''],
      ],
      /^pass/u,
    ],
    [
      'a server that starts all the same',
      [[up, '']],
      /^warn: Given `--version` it starts as ever/u,
    ],
  ])('judges %s', (_, answers, said) => {
    expect(flagsOf(answers)).toMatch(said);
  });
});

function refusalOf(input: object): Refusal {
  const parsed = behaviourSuiteSchema.parse({ refuses: [input] });
  const [refusal] = parsed === false ? [] : (parsed.refuses ?? []);
  if (refusal === undefined) throw new Error('nothing was parsed');
  return refusal;
}

function refusing(end: End, log: string, more: object = {}): string {
  const refusal = refusalOf({ env: { DB_PASSWORD: 'hunter2' }, ...more });
  const { verdict, message } = judgeRefusals({ tries: [{ refusal, end, log }] });
  return `${verdict}: ${message}`;
}

describe('refuses-bad-config', () => {
  it('passes one that ends with a message', () => {
    expect(refusing(exited(1), 'DB_PASSWORD: too short')).toMatch(
      /^pass: Refuses another DB_PASSWORD/u,
    );
  });

  it.each<readonly [string, readonly [End, string], RegExp]>([
    ['goes on', [up, ''], /^fail: .*it goes on/u],
    ['ends with 0', [answered, 'bye'], /^fail: .*ends with 0/u],
    ['crashes', [exited(139), 'boom'], /^fail: .*crashes \(SIGSEGV\)/u],
    ['says nothing', [exited(1), ' \n'], /^fail: .*says nothing/u],
    [
      'is not started',
      [{ state: 'refused', durationMs: 1, because: 'no such file' }, ''],
      /^fail: .*not started at all/u,
    ],
  ])('fails one that %s', (_, [end, log], said) => {
    expect(refusing(end, log)).toMatch(said);
  });

  it('fails one that says something else than was expected', () => {
    const told = refusing(exited(1), 'no', { says: '(?i)password' });

    expect(told).toContain('nothing that it prints matches `(?i)password`');
  });

  it('keeps values out of what is told and typed', () => {
    const subject = {
      ...createSubject(),
      refuses: [refusalOf({ env: { DB_PASSWORD: 'hunter2' } })],
    };

    expect(refusesBadConfig.byHand(subject)).toContain('-e DB_PASSWORD="$DB_PASSWORD"');
    expect(refusesBadConfig.byHand(subject)).not.toContain('hunter2');
    expect(refusing(up, '')).not.toContain('hunter2');
  });

  it('is not mentioned until something is declared', () => {
    expect(refusesBadConfig.isUnasked?.(createSubject())).toBe(true);
    expect(refusesBadConfig.isPointless?.(createSubject())).toContain('refuses: [');
    expect(behaviourSuiteSchema.safeParse({ refuses: [{}] }).success).toBe(false);
    expect(
      behaviourSuiteSchema.safeParse({ refuses: [{ env: { A: 'b' }, says: '(' }] }).success,
    ).toBe(false);
  });
});

describe('kill-replace', () => {
  const subject = createSubject({ config: { volumes: ['/data'] } });
  const nothing = { exercise: undefined, read: undefined, sentinels: [] };

  it('tells the time of the recovery beside that of the first start', () => {
    const { message } = judgeCrash(
      { ...nothing, first: ready, outcome: { ...ready, durationMs: 3000 } },
      subject,
    );

    expect(message).toContain('ready after 3.0 s (the first start took 0.2 s)');
  });

  it('warns of a file that is gone, and of a container that does not come up', () => {
    const gone = {
      volume: '/data',
      path: '/data/.x',
      found: 'gone',
      ownerBefore: '0:0',
      ownerAfter: undefined,
    } as const;

    const judged = judgeCrash(
      { ...nothing, first: ready, outcome: ready, sentinels: [gone] },
      subject,
    );

    expect(`${judged.verdict}: ${judged.message}`).toMatch(/^warn: .*is gone/u);
    expect(judgeCrash({ ...nothing, first: ready, outcome: ended(1) }, subject).verdict).toBe(
      'warn',
    );
  });

  it('has nothing to judge when the one to kill is not ready', () => {
    expect(judgeCrash({ ...nothing, first: late, outcome: undefined }, subject).verdict).toBe(
      'skip',
    );
  });
});

describe('other-host', () => {
  const first = {
    shelters: async () => await Promise.resolve({ tmpfs: [], volumes: [], homeless: [] }),
  };
  const engine = { isRootless: false, hasUserNamespaces: false };
  const sysctl: StartOutcome = {
    state: 'refused',
    durationMs: 1,
    because: 'sysctl "net.ipv6" is not allowed',
  };

  function judge(outcomes: readonly StartOutcome[], about = engine): string {
    const tries = outcomes.map((outcome, index) => ({
      how: ['without IPv6', 'with IPv6'][index] ?? '',
      run: { circumstances: {}, outcome, first },
    }));
    const { verdict, message } = judgeOtherHost({ tries, engine: about }, createSubject());
    return `${verdict}: ${message}`;
  }

  it('tells what the engine is', () => {
    expect(judge([ready, ready])).toBe(
      'pass: Comes up without IPv6 and with IPv6. Tried on an engine that runs as root, where root of a container is root outside.',
    );
    expect(judge([ready], { isRootless: true, hasUserNamespaces: false })).toContain(
      'runs without root, where root of a container is another user outside',
    );
    expect(judge([ready], { isRootless: false, hasUserNamespaces: true })).toContain(
      'another user outside',
    );
  });

  it('does not blame the image for an engine that lets nothing be changed', () => {
    expect(judge([sysctl, ready])).toMatch(/^pass: Comes up with IPv6\./u);
    expect(judge([sysctl, sysctl])).toMatch(/^skip/u);
    expect(judge([ready, ended(1)])).toMatch(/^fail: Does not come up with IPv6/u);
  });
});
