import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSut } from './load-sut.ts';
import { FILE, projectWith } from './testing/sut-project.ts';

/** The message with which a file is refused. */
async function refusal(
  compose: string,
  files: Readonly<Record<string, string>> = {},
): Promise<string> {
  await using project = await projectWith({ ...files, [FILE]: compose });
  await symlink('/usr', join(project.place.projectFolder, 'link'));
  const error: unknown = await loadSut(FILE, project.place).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'SUT_INVALID', exitCode: 2 });
  return error instanceof Error ? error.message : '';
}

/** A file whose only service has these keys as well. */
function one(keys: string): string {
  return `services:\n  sut:\n    build: .\n    ${keys}\n`;
}

describe('SUT_INVALID', () => {
  it('shows file, line, caret, and what was meant', async () => {
    await expect(refusal(one('comand: x'))).resolves.toBe(`1 problem in docker-compose.test.yml

docker-compose.test.yml:4:5: \`services.sut\` has no key \`comand\`.
  4 |     comand: x
    |     ^^^^^^
  Did you mean \`command\`?`);
  });

  it.each([
    ['', 'The file is empty.', 'Start with `services:`'],
    ['services: { sut: [', 'Flow map', ''],
    ['services:\n  test: { build: . }\n', 'No service is called `sut`', 'there is `test`'],
    [
      'servces: { sut: { build: . } }\n',
      'The Compose file has no key `servces`.',
      'Did you mean `services`?',
    ],
    ['sut: { build: ., buidl: x }\n', '`sut` has no key `buidl`.', 'Did you mean `build`?'],
    ['services: { sut: { command: x } }', 'neither `image` nor `build`', ''],
    [
      one('privileged: true'),
      '`services.sut.privileged` gives the container this machine.',
      'script suite',
    ],
    [one('network_mode: host'), 'gives the container the network of the machine.', 'Leave it out'],
    [one('pid: host'), 'the processes of the machine', ''],
    [one('external_links: [x]'), 'reaches containers of others', ''],
    [
      one('volumes: ["/var/run/docker.sock:/var/run/docker.sock"]'),
      '`/var/run/docker.sock` is not in the folder of the project',
      'script suite',
    ],
    [one('volumes: ["../:/x"]'), '`../` is not in the folder of the project', ''],
    [one('volumes: ["~/.m2:/x"]'), '`~/.m2` is not in the folder of the project', ''],
    [one('volumes: ["./link/x:/x"]'), '`./link/x` is not in the folder of the project', ''],
    [
      one('volumes: ["data:/x"]'),
      '`volumes` declares no volume `data`.',
      'a path begins with `./`',
    ],
    [one('volumes: ["./x:x"]'), 'mounts at "x", which is no absolute path', ''],
    [one('volumes: ["./x:/x:fast"]'), 'has the option `fast`, which is not supported', ''],
    [
      one('volumes: [{ type: bind, source: none, target: /x, bind: { create_host_path: false } }]'),
      'There is no `none`.',
      '',
    ],
    [
      one('networks: [frnt]') + 'networks: { front: }',
      '`networks` declares no network `frnt`.',
      'Did you mean `front`?',
    ],
    [one('') + 'networks: { front: { external: true } }', 'belongs to others', ''],
    [one('depends_on: [web]'), 'No service is called `web`.', 'Services are `sut`.'],
    [
      one('depends_on: [web]') + '  web: { image: x, links: [sut] }',
      'in a circle: sut → web → sut.',
      '',
    ],
    [
      one('depends_on: { sut: { condition: healthy } }'),
      'must be `service_started`, `service_healthy` or `service_completed_successfully`',
      '',
    ],
    [
      one('links: ["a:x", "b:x"]') + '  a: { image: a }\n  b: { image: b }',
      '`x` would be the name of `b` and of `a`',
      '',
    ],
    [
      one('command: sh -c "x'),
      '`services.sut.command` has a quote, or a backslash, without its end.',
      '',
    ],
    [one('command: echo $(date)'), '`$(` is no variable.', 'Write `$$`'],
    [one('command: echo ${TAG:?which one}'), 'The variable `TAG` is not set: which one.', ''],
    [one('healthcheck: { test: [curl] }'), 'must begin with `CMD`, `CMD-SHELL` or `NONE`', ''],
    [one('healthcheck: { interval: often }'), 'must be a duration', ''],
    [one('restart: sometimes'), 'must be `no`, `always`', ''],
    [one('env_file: none.env'), 'There is no file `none.env`.', ''],
    [one('env_file: bad.env'), 'bad.env:2:1: This is no `NAME=value`.', ''],
    [one('ports: 80:80'), '`services.sut.ports` must be a list', 'Write it as a list'],
  ])('%j is told', async (compose, message, suggestion) => {
    const told = await refusal(compose, { 'bad.env': 'A=1\nnothing here\n' });

    expect(told).toContain(message);
    expect(told).toContain(suggestion);
  });

  it('is told of a file of defaults as well', async () => {
    await expect(refusal(one(''), { '.env': '???' })).resolves.toContain(
      '.env:1:1: This is no `NAME=value`.',
    );
  });
});
