import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { validateCircleci, type Answer, type ValidateRequest } from './index.ts';

const CONFIG = `version: 2.1
orbs:
  greet: acme/greet@1
jobs:
  build:
    docker: [{image: cimg/base:2024.01}]
    steps:
      - greet/hello
workflows:
  main:
    jobs: [build]
`;
const ORB = `version: 2.1
commands:
  hello:
    parameters:
      to: {type: string}
    steps:
      - run: echo << parameters.to >>
`;

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seatrial-circleci-'));
});

afterEach(async () => rm(folder, { recursive: true }));

async function put(path: string, text: string | Uint8Array): Promise<void> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

async function validate(request: Partial<ValidateRequest> = {}): Promise<Answer> {
  return validateCircleci({
    folder,
    env: { XDG_CACHE_HOME: join(folder, 'cache') },
    format: 'text',
    ...request,
  });
}

describe('an orb that is not here', () => {
  it('is listed, and its file is never called valid', async () => {
    await put('.circleci/config.yml', CONFIG);

    const { output, isPassed } = await validate();

    expect(output).toBe(
      'not checked: orb acme/greet@1: its source is not here\n\n.circleci/config.yml: no error found, 1 thing not checked\n',
    );
    expect(isPassed).toBe(true);
  });

  it('is a refusal when nothing may stay open', async () => {
    await put('.circleci/config.yml', CONFIG);

    expect((await validate({ isStrict: true })).isPassed).toBe(false);
  });

  it('is `unknown` as JSON', async () => {
    await put('.circleci/config.yml', CONFIG);

    const { output } = await validate({ format: 'json' });

    expect(JSON.parse(output)).toEqual({
      schema: 'seatrial.circleci-validation/1',
      file: '.circleci/config.yml',
      version: '2.1',
      verdict: 'unknown',
      findings: [],
      notChecked: [{ subject: 'orb acme/greet@1', why: 'its source is not here' }],
    });
  });
});

describe('an orb of a local folder', () => {
  it('is packed, and its calls are checked', async () => {
    await put('.circleci/config.yml', CONFIG);
    await put('orb/src/@orb.yml', 'version: 2.1\ndescription: greets\n');
    await put(
      'orb/src/commands/hello.yml',
      'parameters:\n  to: {type: string}\nsteps:\n  - run:\n      command: << include(scripts/hello.sh) >>\n',
    );
    await put('orb/src/scripts/hello.sh', 'cat <<EOF\nhello\nEOF\n');

    const { output } = await validate({ orbs: ['acme/greet=orb'] });

    expect(output).toContain('config.yml:8:9: error: The command `greet/hello` needs `to`.');
    expect(output).toContain('config.yml: invalid: 1 error\n');
  });

  it('may be one file', async () => {
    await put('.circleci/config.yml', CONFIG.replace('greet/hello', 'greet/hello: {to: you}'));
    await put('greet.yml', ORB);

    const { output } = await validate({ orbs: ['acme/greet=greet.yml'] });

    expect(output).toBe('.circleci/config.yml: valid\n');
  });

  it('that is no orb is an error: ORB_UNREADABLE', async () => {
    await put('.circleci/config.yml', CONFIG);

    await expect(validate({ orbs: ['acme/greet=nowhere'] })).rejects.toMatchObject({
      code: 'ORB_UNREADABLE',
    });
  });

  it('needs a name and a folder: CI_OPTION_INVALID', async () => {
    await put('.circleci/config.yml', CONFIG);

    await expect(validate({ orbs: ['orb'] })).rejects.toMatchObject({ code: 'CI_OPTION_INVALID' });
  });
});

describe('a locked orb', () => {
  const sha256 = createHash('sha256').update(ORB).digest('hex');

  it('is taken from the cache', async () => {
    await put('.circleci/config.yml', CONFIG);
    await put(
      '.circleci/orbs.lock',
      JSON.stringify({ orbs: { 'acme/greet@1': { version: '1.4.2', sha256 } } }),
    );
    await put('cache/seatrial/orbs/acme/greet/1.4.2.yml', ORB);

    expect((await validate()).output).toContain('The command `greet/hello` needs `to`.');
  });

  it('that has other bytes is refused: ORB_LOCK_INVALID', async () => {
    await put('.circleci/config.yml', CONFIG);
    await put(
      '.circleci/orbs.lock',
      JSON.stringify({ orbs: { 'acme/greet@1': { version: '1.4.2', sha256 } } }),
    );
    await put('cache/seatrial/orbs/acme/greet/1.4.2.yml', `${ORB}# changed\n`);

    await expect(validate()).rejects.toMatchObject({ code: 'ORB_LOCK_INVALID' });
  });

  it('has a file that is checked: ORB_LOCK_INVALID', async () => {
    await put('.circleci/config.yml', CONFIG);
    await put('.circleci/orbs.lock', '{"orbs": []}');

    await expect(validate()).rejects.toMatchObject({ code: 'ORB_LOCK_INVALID' });
  });
});

describe('the file', () => {
  it('has to be there: CI_FILE_NOT_FOUND', async () => {
    await expect(validate()).rejects.toMatchObject({ code: 'CI_FILE_NOT_FOUND' });
    await expect(validate({ file: 'x.yml' })).rejects.toMatchObject({ code: 'CI_FILE_NOT_FOUND' });
  });

  it('has to be text: CI_FILE_UNREADABLE', async () => {
    await put('bytes.yml', new Uint8Array([0xff, 0xfe]));

    await expect(validate({ file: 'bytes.yml' })).rejects.toMatchObject({
      code: 'CI_FILE_UNREADABLE',
    });
    await expect(validate({ file: '.' })).rejects.toMatchObject({ code: 'CI_FILE_UNREADABLE' });
  });

  it('may not write out to millions of values through its aliases', async () => {
    const levels = Array.from(
      { length: 12 },
      (_, index) => `x${index + 1}: &x${index + 1} [${Array(8).fill(`*x${index}`).join(', ')}]`,
    );
    await put('bomb.yml', `version: 2.1\nx0: &x0 [a]\n${levels.join('\n')}\n`);

    const { output } = await validate({ file: 'bomb.yml' });

    expect(output).toContain('The aliases of the file write out to more than 500000 values.');
  });
});
