import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { runSeatrial, type CommandPlace } from './command-line.ts';
import { createSampleProject, type SampleProject } from './sample-project.ts';
import { createTemporaryPlace } from './temporary-place.ts';

const verificationSchema = z.object({
  schema: z.literal('seatrial.verify/1'),
  holds: z.boolean(),
  rules: z.array(z.object({ rule: z.string(), holds: z.boolean(), message: z.string() })),
  evidence: z.array(z.object({ type: z.string(), signer: z.string().nullable() })),
});

/** A project with a key of its own, and a script that would show it. */
async function createSignedProject(): Promise<SampleProject> {
  const project = await createSampleProject();
  await runSeatrial(['keys', 'generate', '--out', '../release'], project.place());
  await project.write(
    'test/base.test.sh',
    '#!/bin/sh\nset -eu\nenv\n[ -z "${SEATRIAL_KEY:-}${SEATRIAL_KEY_PASSWORD:-}" ]\n',
    0o755,
  );
  return project;
}

async function verify(
  argv: readonly string[],
  place: CommandPlace,
): Promise<{
  readonly exitCode: number | null;
  readonly json: z.infer<typeof verificationSchema>;
}> {
  const { exitCode, stdout } = await runSeatrial(['verify', ...argv, '--format', 'json'], place);
  return { exitCode, json: verificationSchema.parse(JSON.parse(stdout)) };
}

/** Everything that the project's runs and reports left behind, as one text. */
async function writtenBy(project: SampleProject): Promise<string> {
  const folder = join(project.folder, '.seatrial');
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const texts = await Promise.all(
    names
      .filter((entry) => entry.isFile())
      .map(async (entry) => await readFile(join(entry.parentPath, entry.name), 'latin1')),
  );
  return texts.join('\n');
}

test('what one machine signed, another verifies with nothing but the registry and the public key', async () => {
  await using project = await createSignedProject();
  await using other = await createTemporaryPlace();
  const key = await readFile(join(project.folder, '../release.key'), 'utf8');
  await copyFile(join(project.folder, '../release.pub'), join(other.folder, 'release.pub'));
  await writeFile(
    join(other.folder, 'policy.yaml'),
    `keys: [release.pub]
require: [test-result, provenance, sbom]
suites: [behaviour, script]
max_age: 1h
bases: []
`,
  );
  const ref = `${project.registry.host}/sample/app:latest`;

  const shipped = await runSeatrial(['ci'], project.place({ SEATRIAL_KEY: key }));
  const byKey = await verify([ref, '--key', 'release.pub'], other);
  const byPolicy = await verify([ref, '--policy', 'policy.yaml'], other);

  expect(shipped.exitCode, shipped.stdout + shipped.stderr).toBe(0);
  expect(shipped.stdout).not.toContain('unsigned');
  expect(byKey).toMatchObject({ exitCode: 0, json: { holds: true } });
  expect(byPolicy.json.rules.filter(({ holds }) => !holds)).toEqual([]);
  expect(byPolicy.json.evidence.map(({ type }) => type).toSorted()).toEqual([
    'provenance',
    'sbom',
    'test-result',
    'verification-result',
  ]);
  // Line by line: a key is a secret in each of its parts.
  const lines = key.split('\n').filter((line) => line !== '' && !line.includes('-----'));
  const written = await writtenBy(project);
  for (const line of lines) {
    expect(shipped.stdout + shipped.stderr).not.toContain(line);
    expect(written).not.toContain(line);
  }
});

test('verify ends with 1 when nobody trusted says so, and with 3 when the registry cannot be asked', async () => {
  await using project = await createSignedProject();
  await runSeatrial(['keys', 'generate', '--out', '../other'], project.place());
  const ref = `${project.registry.host}/sample/app:latest`;

  const shipped = await runSeatrial(['ci'], project.place({ SEATRIAL_KEY: '../release.key' }));
  const refused = await runSeatrial(['verify', ref, '--key', '../other.pub'], project.place());
  const unreachable = await runSeatrial(
    ['verify', '127.0.0.1:1/sample/app:latest', '--key', '../release.pub'],
    project.place(),
  );

  expect(shipped.exitCode, shipped.stdout + shipped.stderr).toBe(0);
  expect(refused.exitCode).toBe(1);
  expect(refused.stdout).toContain('does not hold');
  expect(refused.stdout).toContain('is signed by none of the trusted keys');
  expect(unreachable.exitCode).toBe(3);
  expect(unreachable.stderr).toContain('REGISTRY_UNREACHABLE');
});

describe('a key that cannot sign ends the run before anything is built', () => {
  test.for([
    ['is not there', '../no.key', ''],
    ['is the public half', '../release.pub', ''],
    [
      'does not open with the password',
      '-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n',
      'wrong-password-of-mine',
    ],
  ])('because it %s', async ([, key = '', password = '']) => {
    await using project = await createSignedProject();

    const run = await runSeatrial(
      ['ci'],
      project.place({ SEATRIAL_KEY: key, SEATRIAL_KEY_PASSWORD: password }),
    );

    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain('KEY_INVALID');
    expect(run.stderr + run.stdout).not.toContain('wrong-password-of-mine');
    expect(run.stdout).toBe('');
    expect(await project.tags()).toEqual({});
  });
});
