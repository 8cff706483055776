import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FileSuite } from '../../config/suite-schema.ts';
import { sutSuite } from './index.ts';
import { FILE, projectWith, type SutProject } from './testing/sut-project.ts';

const settings: FileSuite = { files: [FILE], timeout: 60_000, env: ['LEVEL'] };

const compose = `
services:
  sut:
    build: { context: tests, args: { BASE: $BASE } }
    command: check $WORD
    env_file: [vars.env]
    volumes: ['./data:/data', './one.txt:/one.txt', './made:/made']
  web: { build: . }
`;

const files = {
  [FILE]: compose,
  'vars.env': 'A=1\n',
  'data/deep/file': 'x',
  'data/.git/index': 'x',
  'one.txt': 'x',
  'tests/Dockerfile': 'ARG BASE\nFROM $BASE\nCOPY . /\n',
  'tests/check': 'x',
  'other.txt': 'x',
  Dockerfile: 'FROM scratch\n',
};

const env = { LEVEL: '1', WORD: 'secret-word', BASE: 'team/app' };

async function inputsOf({ place }: SutProject): Promise<Readonly<Record<string, string>>> {
  return await sutSuite.inputs(settings, place);
}

async function write({ place }: SutProject, path: string, text: string): Promise<void> {
  await mkdir(dirname(join(place.projectFolder, path)), { recursive: true });
  await writeFile(join(place.projectFolder, path), text);
}

describe('the inputs of a suite of Compose files', () => {
  it('name all that decides the verdict, and no value of a variable', async () => {
    await using project = await projectWith(files, env);

    const inputs = await inputsOf(project);

    expect(Object.keys(inputs).sort()).toEqual([
      `build:${FILE}:sut`,
      'env:LEVEL',
      `file:${FILE}`,
      'file:vars.env',
      'mount:data',
      'mount:made',
      'mount:one.txt',
      'timeout',
      `variable:${FILE}:BASE`,
      `variable:${FILE}:WORD`,
    ]);
    expect(inputs['mount:made']).toBe('absent');
    expect(JSON.stringify(inputs)).not.toContain('secret-word');
  });

  it.each([
    ['vars.env', 'file:vars.env'],
    ['data/deep/file', 'mount:data'],
    ['data/new', 'mount:data'],
    ['one.txt', 'mount:one.txt'],
    ['tests/check', `build:${FILE}:sut`],
    ['.env', undefined],
    ['other.txt', undefined],
    ['Dockerfile', undefined],
    ['data/.git/index', undefined],
  ])('change with %s where that is read: %s', async (path, changed) => {
    await using project = await projectWith(files, env);
    const before = await inputsOf(project);

    await write(project, path, 'CHANGED=1\n');
    const after = await inputsOf(project);

    const names = Object.keys(after).filter((name) => after[name] !== before[name]);
    expect(names).toEqual(changed === undefined ? [] : [changed]);
  });

  it('hold what lies around a file that is for Docker Compose', async () => {
    const forCompose = 'services: { sut: { build: ., secrets: [x] } }\n';
    await using project = await projectWith({ ...files, [FILE]: forCompose }, env);

    const inputs = await inputsOf(project);

    expect(Object.keys(inputs)).toContain('file:other.txt');
  });
});
