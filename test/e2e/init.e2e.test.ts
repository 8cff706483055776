import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { runSeatrial } from './command-line.ts';
import { removeImages } from './sample-project.ts';
import { createTemporaryPlace, type TemporaryPlace } from './temporary-place.ts';

const LABEL = 'seatrial.init';

const planSchema = z.object({
  steps: z.array(z.object({ id: z.string(), key: z.string().optional() })),
});

/** A folder with these files; images with its label are removed with it. */
async function createFolder(
  files: Readonly<Record<string, string>>,
): Promise<TemporaryPlace & { read(path: string): Promise<string> }> {
  const place = await createTemporaryPlace('harbour');
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(place.folder, path)), { recursive: true });
    await writeFile(join(place.folder, path), text.replaceAll('ID', place.id));
  }
  return {
    ...place,
    read: async (path) => await readFile(join(place.folder, path), 'utf8'),
    [Symbol.asyncDispose]: async () => {
      await removeImages(`${LABEL}=${place.id}`);
      await place[Symbol.asyncDispose]();
    },
  };
}

const twoImages = {
  'api/Dockerfile': `FROM scratch\nLABEL ${LABEL}=ID\nEXPOSE 8000\nVOLUME /data\nCMD ["/api"]\n`,
  'worker/Dockerfile': `FROM scratch\nLABEL ${LABEL}=ID\nHEALTHCHECK CMD ["/ok"]\nCMD ["/work"]\n`,
};

async function plannedSteps(place: TemporaryPlace): Promise<z.infer<typeof planSchema>['steps']> {
  const run = await runSeatrial(['plan', '--format', 'json'], place);
  expect(run.exitCode, run.stderr).toBe(0);
  return planSchema.parse(JSON.parse(run.stdout)).steps;
}

describe('init', () => {
  test('writes a configuration that plans the same as none, and thin CI files', async () => {
    await using place = await createFolder(twoImages);
    const before = await plannedSteps(place);

    const run = await runSeatrial(['init', '--ci', 'circleci', 'github'], place);

    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stdout.split('\n').slice(0, 3)).toEqual([
      'wrote seatrial.yaml',
      'wrote .circleci/config.yml',
      'wrote .github/workflows/ci.yml',
    ]);
    expect(await plannedSteps(place)).toEqual(before);
    expect(before.map(({ id }) => id)).toEqual([
      'build:api',
      'test:api:behaviour',
      'build:worker',
      'test:worker:behaviour',
    ]);
    expect(parse(await place.read('.circleci/config.yml'))).toMatchObject({
      version: 2.1,
      jobs: { ci: { steps: ['checkout', { run: 'npx seatrial ci' }, {}, {}] } },
    });
    const workflow = await place.read('.github/workflows/ci.yml');
    expect(parse(workflow)).toMatchObject({ permissions: { contents: 'read' } });
    expect(workflow).toContain('run: npx seatrial ci');
  });

  test('what it has written as comments is right, too', async () => {
    await using place = await createFolder(twoImages);
    await runSeatrial(['init'], place);
    const written = await place.read('seatrial.yaml');

    const uncommented = written.replaceAll(/^( *)# ( *[a-z_]+:(?: .*)?)$/gmu, '$1$2');
    await writeFile(join(place.folder, 'seatrial.yaml'), uncommented);

    expect(written.match(/^ *#/gmu)?.length).toBeGreaterThan(20);
    const steps = (await plannedSteps(place)).map(({ id }) => id);
    expect(steps).toEqual(
      ['api', 'worker'].flatMap((image) => [
        `build:${image}`,
        ...['behaviour', 'script', 'spec'].map((suite) => `test:${image}:${suite}`),
        `ship:${image}`,
      ]),
    );
  });

  test('calls a project by its own name for it: make ci', async () => {
    await using place = await createFolder({
      ...twoImages,
      Makefile: 'build:\n\ttrue\nci: build\n\tnpx seatrial ci\n',
      '.circleci/old.yml': '',
    });

    const run = await runSeatrial(['init'], place);

    // CircleCI is in use here already, GitHub is not.
    expect(run.stdout).toContain('wrote .circleci/config.yml');
    expect(run.stdout).not.toContain('.github');
    expect(await place.read('.circleci/config.yml')).toContain('run: make ci\n');
  });

  test('overwrites nothing unless it is told to', async () => {
    await using place = await createFolder({ ...twoImages, 'seatrial.yaml': '# mine\n' });

    const refused = await runSeatrial(['init', '--ci', 'github'], place);
    const untouched = await place.read('seatrial.yaml');
    const forced = await runSeatrial(['init', '--force'], place);

    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain('seatrial.yaml is there already');
    expect(refused.stderr).toContain('seatrial init --force');
    expect(untouched).toBe('# mine\n');
    await expect(place.read('.github/workflows/ci.yml')).rejects.toThrow('ENOENT');
    expect(forced.exitCode, forced.stderr).toBe(0);
    expect(await place.read('seatrial.yaml')).toContain('  worker:\n    context: worker\n');
  });

  test('names the services that it knows when it is asked for another', async () => {
    await using place = await createFolder(twoImages);

    const run = await runSeatrial(['init', '--ci', 'hudson'], place);

    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain('Use some of: circleci, github, gitlab, ');
  });
});

test('without any configuration, ci builds and proves what is in a folder with a Dockerfile', async () => {
  await using place = await createFolder({
    Dockerfile: `FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
COPY serve.sh /serve.sh
LABEL ${LABEL}=ID
VOLUME /data
EXPOSE 8000
ENTRYPOINT ["/bin/sh", "/serve.sh"]
`,
    'serve.sh': `trap 'kill "$pid"; exit 0' TERM
httpd -f -p 8000 -h /data &
pid=$!
wait "$pid"
`,
  });
  await copyFile('/bin/busybox', join(place.folder, 'busybox'));

  const run = await runSeatrial(['ci'], place);
  const again = await runSeatrial(['ci'], place);

  expect(run.exitCode, run.stdout + run.stderr).toBe(0);
  // Everything is derived: the name from the folder, the port and the volume from the Dockerfile.
  for (const id of [
    'starts',
    'ports-listen',
    'stops',
    'restarts',
    'survives-kill',
    'volumes-persist',
  ])
    expect(run.stdout).toContain(`✓ test harbour behaviour → ${id} `);
  expect(run.stdout).toMatch(/Passed in .*: 1 image built, 1 suite passed\./u);
  expect(again.exitCode).toBe(0);
  expect(again.stdout).toContain('Nothing changed');
});
