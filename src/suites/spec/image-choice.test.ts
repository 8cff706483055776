import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readySchema, runSchema, type ImageProfile } from '../../config/schema.ts';
import { chooseImage } from './image-choice.ts';
import { rememberImages, type LastImage } from './last-images.ts';

const profile: ImageProfile = {
  ready: readySchema.parse({ port: 8000, timeout: '2s' }),
  run: runSchema.parse({ stop_timeout: '1s' }),
};
const app: LastImage = { name: 'app', ref: 'local/app:1', id: 'sha256:app', profile };
const base: LastImage = { name: 'base', ref: 'local/base:1', id: 'sha256:base' };

async function projectWith(images: readonly LastImage[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'choice-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  if (images.length > 0) await rememberImages(folder, images);
  return folder;
}

test('the only image of the last build is taken, with how it is run, also from a folder below', async () => {
  const project = await projectWith([app]);
  const folder = join(project, 'test', 'deep');
  await mkdir(folder, { recursive: true });

  const choice = await chooseImage({ env: {}, file: join(folder, 'a.spec.ts'), folder });

  expect(choice).toEqual({
    name: 'app',
    ref: 'local/app:1',
    image: 'sha256:app',
    profile,
    projectFolder: project,
  });
});

test('of several images the one that names the file is taken', async () => {
  const folder = await projectWith([base, { ...app, spec: ['./test/**/*.spec.ts'] }]);

  const choice = await chooseImage({ env: {}, file: join(folder, 'test/x/a.spec.ts'), folder });

  expect(choice.name).toBe('app');
});

test('SPEC_NO_IMAGE: several images could be meant, and the hint says what to do', async () => {
  const folder = await projectWith([base, app]);

  const choosing = chooseImage({ env: {}, file: join(folder, 'a.spec.ts'), folder });

  await expect(choosing).rejects.toMatchObject({
    code: 'SPEC_NO_IMAGE',
    exitCode: 2,
    message: `${join(folder, 'a.spec.ts')} could be about any of these images: base, app`,
  });
});

test.each(['{ broken', '{"app": 7}', '[]'])(
  'SPEC_NO_IMAGE: nothing was built, or the record is damaged: %s',
  async (damaged) => {
    const folder = await projectWith([]);
    await mkdir(join(folder, '.seatrial'));
    await writeFile(join(folder, '.seatrial/last-images.json'), damaged);

    const choosing = chooseImage({ env: {}, file: join(folder, 'a.spec.ts'), folder });

    await expect(choosing).rejects.toMatchObject({ code: 'SPEC_NO_IMAGE' });
  },
);

test('IMAGE wins: a name of the project means its last build, anything else itself', async () => {
  const folder = await projectWith([base, app]);
  const choose = async (IMAGE: string): Promise<unknown> =>
    await chooseImage({ env: { IMAGE }, file: join(folder, 'a.spec.ts'), folder });

  await expect(choose('app')).resolves.toMatchObject({ image: 'sha256:app', profile });
  await expect(choose('local/app:1')).resolves.toMatchObject({ image: 'local/app:1', profile });
  await expect(choose('other:2')).resolves.toMatchObject({
    name: 'other:2',
    image: 'other:2',
    profile: { run: { stop_timeout: 10_000 } },
  });
});

test('IMAGE of a project with one image is run as that image is', async () => {
  const folder = await projectWith([app]);

  const choice = await chooseImage({
    env: { IMAGE: 'other:2' },
    file: join(folder, 'a.spec.ts'),
    folder,
  });

  expect(choice).toMatchObject({ image: 'other:2', profile });
});

test('`seatrial test` wins over everything, and durations stay milliseconds', async () => {
  const folder = await projectWith([base]);
  const handover = {
    runId: 'r1',
    projectFolder: '/project',
    engine: { DOCKER_HOST: 'unix:///x' },
    image: { name: 'app', ref: 'local/app:1', id: 'sha256:app', profile },
  };
  const env = { SEATRIAL_SPEC: JSON.stringify(handover), IMAGE: 'other' };

  const choice = await chooseImage({ env, file: join(folder, 'a.spec.ts'), folder });

  expect(choice).toMatchObject({ image: 'sha256:app', profile, projectFolder: '/project' });
});

test('remembering one image keeps the others', async () => {
  const folder = await projectWith([base, app]);

  await rememberImages(folder, [{ ...app, id: 'sha256:new' }]);

  const text = await readFile(join(folder, '.seatrial/last-images.json'), 'utf8');
  expect(JSON.parse(text)).toMatchObject({
    base: { id: 'sha256:base' },
    app: { id: 'sha256:new' },
  });
});
