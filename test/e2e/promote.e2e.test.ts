import { join } from 'node:path';
import { expect, test } from 'vitest';
import { processEnvironment } from '../../src/host/environment.ts';
import { isSoak } from '../../src/host/testing/soak.ts';
import { runProcess } from '../../src/host/process.ts';
import { interruptAt, runSeatrial, type CommandPlace } from './command-line.ts';
import { makeCheckout } from './git-checkout.ts';
import { matches } from './kill-moments.ts';
import { createSampleProject, type SampleProject } from './sample-project.ts';
import { createTemporaryPlace, type TemporaryPlace } from './temporary-place.ts';

/** Another machine: another folder, another home, and of the first one only its public key. */
async function openElsewhere(): Promise<TemporaryPlace & { readonly at: CommandPlace }> {
  const place = await createTemporaryPlace();
  return { ...place, at: { ...place, env: { ...place.env, HOME: place.root } } };
}

async function makeKeys(project: SampleProject): Promise<{ key: string; publicKey: string }> {
  const made = await runSeatrial(['keys', 'generate', '--out', '../ours'], project.place());
  expect(made.exitCode, made.stderr).toBe(0);
  const prefix = join(project.folder, '..', 'ours');
  return { key: `${prefix}.key`, publicKey: `${prefix}.pub` };
}

test('what one machine tested and signed another one promotes, also when it is killed half-way, and nothing else', async () => {
  await using project = await createSampleProject();
  await using elsewhere = await openElsewhere();
  const { key, publicKey } = await makeKeys(project);
  const strangers = await runSeatrial(['keys', 'generate', '--out', 'strangers'], elsewhere.at);
  const name = `${project.registry.host}/sample/app`;

  const unsigned = await runSeatrial(['ci', '--format', 'json'], project.place());
  const withoutEvidence = await runSeatrial(
    ['promote', `${name}:7`, '--to', 'stable', '--key', publicKey],
    elsewhere.at,
  );
  await project.write('app/server.sh', `${await project.read('app/server.sh')}# signed\n`);
  const signed = await runSeatrial(['ci'], project.place({ SEATRIAL_KEY: key, BUILD_NUM: '8' }));
  const withoutKey = await runSeatrial(['promote', `${name}:8`, '--to', 'stable'], elsewhere.at);
  const byStranger = await runSeatrial(
    ['promote', `${name}:8`, '--to', 'stable', '--key', 'strangers.pub'],
    elsewhere.at,
  );
  const before = await project.tags();
  const digest = before['sample/app:8'] ?? '';
  const promote = ['promote', `${name}@${digest}`, '--key', publicKey, '--to', 'next', 'stable'];
  const killed = await interruptAt(promote, elsewhere.at, {
    moment: { is: matches({ type: 'effect.done', effect: 'tag', details: { tag: 'next' } }) },
    act: (pid) => process.kill(pid, 'SIGKILL'),
  });
  const afterKill = await project.tags();
  const promoted = await runSeatrial(promote, elsewhere.at);
  const history = await runSeatrial(['history', name, '--format', 'json'], elsewhere.at);

  expect(strangers.exitCode).toBe(0);
  expect(unsigned.exitCode, unsigned.stdout).toBe(0);
  expect(signed.exitCode, signed.stdout + signed.stderr).toBe(0);
  for (const [run, rule] of [
    [withoutEvidence, 'evidence:test-result'],
    [withoutKey, 'trust'],
    [byStranger, 'evidence:test-result'],
  ] as const) {
    expect(run.exitCode, run.stdout).toBe(1);
    expect(run.stderr).toContain(`\`${rule}\``);
  }
  expect(before['sample/app:stable']).toBeUndefined();
  expect(killed.wasReached).toBe(true);
  expect(afterKill['sample/app:next']).toBe(digest);
  expect([undefined, digest]).toContain(afterKill['sample/app:stable']);
  expect(promoted.exitCode, promoted.stderr).toBe(0);
  expect((await project.tags())['sample/app:stable']).toBe(digest);
  expect(JSON.parse(history.stdout)).toMatchObject({
    schema: 'seatrial.history/1',
    repository: name,
  });
  expect(history.stdout).toContain('PASSED');
});

test('a docker push of another image between our write and the last read-back is a conflict with both digests', async () => {
  await using project = await createSampleProject();
  const ref = `${project.registry.host}/sample/app:7`;
  const built = await runSeatrial(['build'], project.place());
  let pushing: Promise<string> | undefined;

  const run = await interruptAt(['ci'], project.place(), {
    moment: { is: matches({ type: 'effect.done', effect: 'tag', details: { tag: '7' } }) },
    act: (pid) => {
      process.kill(pid, 'SIGSTOP');
      pushing = pushForeign(project, ref).finally(() => process.kill(pid, 'SIGCONT'));
    },
  });

  const pushed = await pushing;
  const tags = await project.tags();
  expect(built.exitCode, built.stdout).toBe(0);
  expect(run, run.stdout).toMatchObject({ wasReached: true, exitCode: 1 });
  expect(run.stdout).toContain('Find out who else pushes to this repository');
  expect(tags['sample/app:7']).toBe(pushed);
  expect(run.stdout.replaceAll(/\s+/gu, '')).toContain(`nowpointsto${pushed}`);
  expect(tags['sample/app:latest']).toBeUndefined();
});

test.runIf(isSoak)(
  'a rollback is kept by a run for the same commit, and ended by one for a newer commit',
  async () => {
    await using project = await createSampleProject();
    const { key, publicKey } = await makeKeys(project);
    const server = await project.read('app/server.sh');
    const ship = async (build: string, text: string): Promise<string> => {
      await project.write('app/server.sh', `${server}# ${text}\n`);
      const run = await runSeatrial(['ci'], project.place({ SEATRIAL_KEY: key, BUILD_NUM: build }));
      expect(run.exitCode, run.stdout + run.stderr).toBe(0);
      return run.stdout;
    };
    const latest = `${project.registry.host}/sample/app:latest`;
    await ship('7', 'good');
    const good = (await project.tags())['sample/app:latest'];
    await ship('8', 'bad');

    const rolled = await runSeatrial(
      ['rollback', latest, '--to', '-1', '--key', publicKey, '--reason', 'loses sessions'],
      project.place(),
    );
    const again = await ship('8', 'bad');
    const held = (await project.tags())['sample/app:latest'];
    // A second commit of the same checkout.
    await makeCheckout(project.folder);
    await ship('9', 'fixed');
    const tags = await project.tags();
    const history = await runSeatrial(['history', latest], project.place());

    expect(rolled.exitCode, rolled.stderr).toBe(0);
    expect(again).toContain('rolled back');
    expect(held).toBe(good);
    expect(tags['sample/app:latest']).toBe(tags['sample/app:9']);
    expect(history.stdout).toContain('because: loses sessions');
  },
);

/** What somebody else would do: an image of their own, under our tag, by the engine. Its digest. */
async function pushForeign(project: SampleProject, ref: string): Promise<string> {
  const ids = await docker('images', '-q', '--filter', `label=seatrial.sample=${project.id}`);
  await docker('tag', ids.trim().split('\n').at(-1) ?? '', ref);
  const pushed = /digest: (sha256:[a-f0-9]{64})/u.exec(await docker('push', ref))?.[1];
  await docker('rmi', ref);
  return pushed ?? 'nothing';
}

async function docker(...argv: readonly string[]): Promise<string> {
  const { exitCode, output } = await runProcess('docker', argv, { env: processEnvironment() });
  if (exitCode !== 0) throw new Error(`docker ${argv.join(' ')}: ${output}`);
  return output;
}
