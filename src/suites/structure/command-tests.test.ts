import { describe, expect, it } from 'vitest';
import { MOST_OUTPUT_CHARS, type CommandEnd, type ProgramEnd } from './command-end.ts';
import type { CommandPlan } from './plan-command.ts';
import { judgeInMemory, verdictsInMemory } from './testing/structure-bench.ts';

const config = { Env: ['PATH=/bin', 'HOME=/root'] };

function ended(stdout: string, more: { stderr?: string; exitCode?: number } = {}): ProgramEnd {
  return { state: 'ended', exitCode: 0, stderr: '', stdout, ...more };
}

/** The plan of the one command test of a file. */
async function planOf(
  text: string,
  options: { readonly isCompat?: boolean; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<CommandPlan | undefined> {
  let planned: CommandPlan | undefined;
  const run = (plan: CommandPlan): CommandEnd => {
    planned = plan;
    return { setup: [], command: ended('') };
  };
  await judgeInMemory({ files: { 'x.yaml': text }, config, run, ...options });
  return planned;
}

async function verdictOf(
  test: string,
  end: CommandEnd,
  options: { readonly isCompat?: boolean; readonly version?: string; readonly more?: string } = {},
): Promise<unknown> {
  const { version = '2.0.0', more = '', isCompat } = options;
  const text = `schemaVersion: ${version}\ncommandTests: [{ name: n, ${test} }]\n${more}`;
  const files = { 'x.yaml': text };
  return Object.values(await verdictsInMemory({ files, config, run: () => end, isCompat }))[0];
}

describe('what a command is run with', () => {
  it('is program and arguments with the variables of the image and the file in their places', async () => {
    const plan = await planOf(`schemaVersion: 2.0.0
globalEnvVars: [{ key: APP, value: $HOME/app }, { key: PATH, value: "/app/bin:$PATH" }]
commandTests:
- { name: n, command: "\${APP}/run", args: [$PATH, "$(x) $"], envVars: [{ key: A, value: a }] }
`);

    expect(plan).toEqual({
      setup: [],
      setupEnv: {},
      argv: ['/root/app/run', '/app/bin:/bin', '$(x) $'],
      env: { APP: '/root/app', PATH: '/app/bin:/bin', A: 'a' },
      user: '',
      tty: false,
      host: { capabilities: [], privileged: false, bindMounts: [] },
    });
  });

  it('has a way to hand on a dollar, in both modes', async () => {
    const text = `schemaVersion: 2.0.0
globalEnvVars: [{ key: DOLLAR, value: $ }]
commandTests: [{ name: n, command: awk, args: ["{print \${DOLLAR}1}", "\${DOLLAR}HOME"] }]
`;

    const [strict, compat] = [await planOf(text), await planOf(text, { isCompat: true })];

    expect(strict?.argv).toEqual(['awk', '{print $1}', '$HOME']);
    expect(compat).toEqual(strict);
  });

  it('sees the variables of a test in its arguments once a setup has left them', async () => {
    const plan = await planOf(`schemaVersion: 2.0.0
globalEnvVars: [{ key: APP, value: /app }, { key: BOTH, value: global }]
commandTests:
- name: n
  setup: [[make, $UNTOUCHED]]
  envVars: [{ key: OWN, value: own }, { key: BOTH, value: test }]
  command: $OWN-$BOTH-$APP
`);

    expect(plan).toMatchObject({
      setup: [['make', '$UNTOUCHED']],
      setupEnv: { APP: '/app', BOTH: 'test', OWN: 'own' },
      argv: ['own-test-/app'],
      env: { OWN: 'own', BOTH: 'test' },
    });
  });

  it('expands the variables of a test for its setup, and not for the command', async () => {
    const plan = await planOf(
      `schemaVersion: 2.0.0
commandTests: [{ name: n, setup: [[x]], envVars: [{ key: P, value: "/x:$PATH" }], command: y }]
`,
      { isCompat: true },
    );

    expect(plan).toMatchObject({ setupEnv: { P: '/x:/bin' }, env: { P: '/x:$PATH' } });
  });

  it('has the global variables of schema 1.0.0 in the setup alone', async () => {
    const plan = await planOf(`schemaVersion: 1.0.0
globalEnvVars: [{ key: APP, value: /app }]
commandTests: [{ name: n, setup: [[x]], command: [ls, $APP] }]
`);

    expect(plan).toMatchObject({ setupEnv: { APP: '/app' }, argv: ['ls', '/app'], env: {} });
  });

  it('has what containerRunOptions say, and its variables in the place of those of the test', async () => {
    const text = `schemaVersion: 2.0.0
commandTests: [{ name: n, command: x, setup: [[y]], envVars: [{ key: A, value: a }] }]
containerRunOptions:
  user: nobody
  privileged: true
  allocateTty: true
  envVars: [GIVEN]
  capabilities: [SYS_ADMIN]
  bindMounts: [/a:/b]
`;

    expect(await planOf(text, { env: { GIVEN: 'given', OTHER: 'other' } })).toEqual({
      setup: [['y']],
      setupEnv: { A: 'a' },
      argv: ['x'],
      env: { GIVEN: 'given' },
      user: 'nobody',
      tty: true,
      host: { capabilities: ['SYS_ADMIN'], privileged: true, bindMounts: ['/a:/b'] },
    });
  });
});

describe('how a command is judged', () => {
  it.each([
    ['its output and error output by all patterns', ended('a\nb\n', { stderr: 'c\n' }), 'pass'],
    ['a missing output', ended('a\n', { stderr: 'c' }), 'fail: The output does not match `b`'],
    ['a missing error output', ended('a b'), 'fail: The error output does not match `c`'],
    [
      'an excluded output',
      ended('ab x', { stderr: 'c' }),
      'fail: The output matches `x`, which is excluded',
    ],
    [
      'an excluded error output',
      ended('ab', { stderr: 'c y' }),
      'fail: The error output matches `y`, which is excluded',
    ],
    [
      'another exit code',
      ended('ab', { stderr: 'c', exitCode: 3 }),
      'fail: The exit code is 3, not 0',
    ],
  ])('%s', async (_, command, verdict) => {
    const test =
      'command: p, expectedOutput: [a, b], expectedError: [c], excludedOutput: [x], excludedError: [y]';

    expect(await verdictOf(test, { setup: [], command })).toBe(verdict);
    expect(await verdictOf(test, { setup: [], command }, { isCompat: true })).toBe(verdict);
  });

  it('tells a program that could not be started, whatever exit code was asked for', async () => {
    const command: ProgramEnd = {
      state: 'not-started',
      reason: 'exec: "no such": executable file not found in $PATH',
    };

    for (const isCompat of [false, true]) {
      const end = { setup: [], command };
      const verdict = await verdictOf('command: no such, exitCode: 127', end, { isCompat });

      expect(verdict).toBe(
        'fail: `no such` could not be started: exec: "no such": executable file not found in $PATH',
      );
    }
  });

  it('explains that a shell line is no program', async () => {
    const text = `schemaVersion: 2.0.0\ncommandTests: [{ name: n, command: echo hello }]\n`;
    const command: ProgramEnd = { state: 'not-started', reason: 'not found' };

    const [found] = await judgeInMemory({
      files: { 'x.yaml': text },
      run: () => ({ setup: [], command }),
    });

    expect(found?.fix).toBe(
      '`command` is one program and no shell line: put the other words into `args`.',
    );
  });

  it('fails a command that does not end', async () => {
    const command: ProgramEnd = { state: 'timed-out', timeoutMs: 1500, lastLines: 'waiting' };

    expect(await verdictOf('command: serve', { setup: [], command })).toBe(
      'fail: `serve` did not end within 1.5 s',
    );
  });

  it('does not search what no memory holds', async () => {
    const command = ended('y'.repeat(MOST_OUTPUT_CHARS));

    expect(await verdictOf('command: yes, expectedOutput: [y]', { setup: [], command })).toBe(
      'fail: It printed more than 16 MiB, which is too much to search',
    );
  });

  it('fails for a setup that failed, which the original passes over', async () => {
    const setup = [{ argv: ['make', 'it so'], end: ended('', { exitCode: 2 }), lostPaths: [] }];
    const test = 'setup: [[make, it so]], command: x';

    expect(await verdictOf(test, { setup })).toBe(
      "fail: Command 1 of the setup, `make 'it so'`, ended with exit code 2",
    );
    expect(await verdictOf(test, { setup, command: ended('') }, { isCompat: true })).toBe('pass');
  });

  it('fails for a setup that wrote into a volume, which the original loses', async () => {
    const setup = [{ argv: ['init'], end: ended(''), lostPaths: ['/data/a', '/data/b'] }];
    const test = 'setup: [[init]], command: x';

    expect(await verdictOf(test, { setup })).toBe(
      'fail: Command 1 of the setup, `init`, wrote /data/a, /data/b, below a VOLUME of the image, which is lost',
    );
    expect(await verdictOf(test, { setup, command: ended('') }, { isCompat: true })).toBe('pass');
  });

  it('fails for a setup that cannot be started; schema 1.0.0 drops the test with compat', async () => {
    const end: ProgramEnd = { state: 'not-started', reason: 'not found' };
    const setup = [{ argv: ['no'], end, lostPaths: [] }];
    const failure = 'fail: Command 1 of the setup: `no` could not be started: not found';

    expect(await verdictOf('setup: [[no]], command: x', { setup })).toBe(failure);
    expect(await verdictOf('setup: [[no]], command: x', { setup }, { isCompat: true })).toBe(
      failure,
    );
    expect(
      await verdictOf(
        'setup: [[no]], command: [x]',
        { setup },
        { isCompat: true, version: '1.0.0' },
      ),
    ).toBe(
      'skip: container-structure-test drops a test of schema 1.0.0 whose setup cannot be started.',
    );
  });

  it('reads what a terminal prints, which the original cannot', async () => {
    const more = 'containerRunOptions: { allocateTty: true }\n';
    const long = { setup: [], command: ended('printed\r\n') };
    const short = { setup: [], command: ended('short\r\n') };
    const test = 'command: x, expectedOutput: [printed|short]';

    expect(await verdictOf(test, long, { more })).toBe('pass');
    expect(await verdictOf(test, long, { more, isCompat: true })).toBe(
      'fail: container-structure-test cannot read what a terminal prints',
    );
    expect(await verdictOf(test, short, { more, isCompat: true })).toBe(
      'fail: The output does not match `printed|short`',
    );
  });

  it('shows what was printed, and how to run it by hand without values from outside', async () => {
    const text = `schemaVersion: 2.0.0
commandTests: [{ name: n, command: app, args: [--say, "it's"], exitCode: 1 }]
containerRunOptions: { user: nobody, envVars: [TOKEN_OF_MINE], privileged: true }
`;
    const command = ended('out\n', { stderr: 'err\n' });

    const [found] = await judgeInMemory({
      files: { 'x.yaml': text },
      run: () => ({ setup: [], command }),
      env: { TOKEN_OF_MINE: 'hidden-value' },
    });

    expect(found).toMatchObject({
      evidence: 'output:\nout\nerror output:\nerr',
      command: `docker run --rm -u nobody --privileged -e TOKEN_OF_MINE --entrypoint app archive --say 'it'\\''s'`,
    });
    expect(JSON.stringify(found)).not.toContain('hidden-value');
  });
});

describe('cases', () => {
  it('have a number when two tests have one name', async () => {
    const text = `schemaVersion: 2.0.0\ncommandTests: [{ name: n, command: x }, { name: n, command: y }]\n`;

    const verdicts = await verdictsInMemory({ files: { 'x.yaml': text } });

    expect(Object.keys(verdicts)).toEqual([
      'x.yaml > Command Test: n',
      'x.yaml > Command Test: n (2)',
    ]);
  });

  it('go on after a file that cannot be read, with compat', async () => {
    const good = `schemaVersion: 2.0.0\ncommandTests: [{ name: n, command: x }]\n`;

    const cases = await judgeInMemory({
      files: { 'a.yaml': 'schemaVersion: 3.0.0', 'b.yaml': good },
      isCompat: true,
    });

    expect(cases).toMatchObject([
      { id: 'a.yaml', verdict: 'fail', message: 'a.yaml cannot be read' },
      { id: 'b.yaml > Command Test: n', verdict: 'pass' },
    ]);
    expect(cases[0]?.evidence).toContain('but is `3.0.0`');
  });
});
