import { describe, expect, it } from 'vitest';
import { dynamicProgram, programFor } from '../testing/program.ts';
import { judgeStill, textOf } from '../testing/judge-still.ts';
import type { StillImage } from '../testing/still-image.ts';

const program = await programFor('amd64');
const foreign = await programFor('arm64');
const narrow = await programFor('386');
const shell = { '/bin/sh': program };

async function told(id: string, image: StillImage): Promise<string> {
  const result = await judgeStill(id, image);
  return `${result.verdict}: ${textOf(result)}`;
}

/** A program that cannot start without these libraries. */
function server(needed: readonly string[], runPath?: string): Buffer {
  const own = runPath === undefined ? {} : { runPath };
  return dynamicProgram({ interpreter: '/lib/ld.so', needed, ...own });
}

describe('architecture', () => {
  const config = { command: ['/server'], env: ['PATH=/bin:/usr/bin'] };

  it('follows a script to the interpreter that runs it', async () => {
    const files = { '/server': '#!/bin/sh\n', '/bin/sh': foreign };

    expect(await told('architecture', { config, files })).toContain('fail: Starts `/bin/sh`');
  });

  it('only warns of what the processor runs too, and of what is not started', async () => {
    const others = { '/server': program, '/usr/bin/qemu': foreign };

    expect(await told('architecture', { config, files: { '/server': narrow } })).toContain('warn');
    expect(await told('architecture', { config, files: others })).toMatch(
      /^warn: .*does not start with one.*\/usr\/bin\/qemu: arm64$/su,
    );
  });

  it('looks only where programs are', async () => {
    const files = { '/server': program, '/opt/cross/gcc': foreign };

    expect(await told('architecture', { config, files })).toContain('pass');
  });

  it('finds the folders of PATH through links', async () => {
    const files = { '/server': program, '/bin': { linkTo: 'usr/bin' }, '/usr/bin/x': foreign };

    expect(await told('architecture', { config, files })).toContain('/usr/bin/x: arm64');
  });

  it('has nothing to judge without programs', async () => {
    expect(await told('architecture', { config: { command: [] } })).toContain('skip');
    expect(await told('architecture', { architecture: '' })).toContain('skip');
  });
});

describe('entrypoint-resolves', () => {
  it.each<[string, StillImage, string]>([
    ['nothing there', {}, 'fail: `/server` is not in the image.'],
    [
      'a link that leads nowhere',
      { files: { '/server': { linkTo: '/opt/server' } } },
      'fail: `/server` is not in the image.',
    ],
    ['a folder', { files: { '/server': { isFolder: true } } }, 'fail: `/server` is a folder'],
    ['no first line', { files: { '/server': 'echo hello\n' } }, 'neither a program nor a script'],
    [
      'the line ends of Windows',
      { files: { '/server': '#!/bin/sh\r\necho\r\n', ...shell } },
      'CR LF',
    ],
    [
      'a dynamic linker that is not there',
      { files: { '/server': dynamicProgram({ interpreter: '/lib/ld-musl-x86_64.so.1' }) } },
      '`/server` needs `/lib/ld-musl-x86_64.so.1`, which is not in the image; the engine then says that `/server` is not there',
    ],
    [
      'an interpreter that env does not find',
      { files: { '/server': '#!/usr/bin/env python3\n', '/usr/bin/env': program } },
      '`/server` needs `python3`',
    ],
    [
      'a script for itself',
      { files: { '/server': '#!/server\n' } },
      'neither a program nor a script',
    ],
    [
      'no x bit',
      { files: { '/server': { contents: program, mode: 0o644 } } },
      'The user root may not execute `/server` (0:0, mode 0644)',
    ],
    [
      'a file of root alone',
      { files: { '/server': { contents: program, mode: 0o700 } }, config: { user: '1000' } },
      'The user 1000 may not execute `/server` (0:0, mode 0700)',
    ],
    [
      'a script that its user may not read',
      {
        files: { '/server': { contents: '#!/bin/sh\n', mode: 0o711 }, ...shell },
        config: { user: '1000' },
      },
      'may not execute `/server`',
    ],
    [
      'a folder of root alone',
      {
        files: { '/opt': { isFolder: true, mode: 0o700 }, '/opt/server': program },
        config: { command: ['/opt/server'], user: '1000' },
      },
      'The user 1000 may not enter `/opt`',
    ],
    [
      'a name in no folder of PATH',
      { config: { command: ['server'], env: ['PATH=/bin:/usr/bin'] } },
      '`server` is in no folder of PATH (/bin:/usr/bin)',
    ],
    [
      'a name in PATH without x bit',
      {
        files: { '/bin/server': { contents: program, mode: 0o644 } },
        config: { command: ['server'], env: ['PATH=/bin'] },
      },
      'may not execute `/bin/server`',
    ],
  ])('fails %s', async (_, image, message) => {
    const config = { command: ['/server'], ...image.config };

    const text = await told('entrypoint-resolves', { ...image, config });

    expect(text).toMatch(/^fail/u);
    expect(text).toContain(message);
  });

  it.each<[string, StillImage]>([
    [
      'a name that PATH leads to, by a link',
      {
        files: { '/usr/bin/real': program, '/bin/server': { linkTo: '../usr/bin/real' } },
        config: { command: ['server'], env: ['PATH=/sbin:/bin'] },
      },
    ],
    [
      'a path from the working folder',
      { files: { '/app/server': program }, config: { command: ['./server'], workingDir: '/app' } },
    ],
    [
      'a script through env, with an option',
      {
        files: {
          '/server': '#!/usr/bin/env -S node --enable-source-maps\n',
          '/usr/bin/env': program,
          '/usr/bin/node': program,
        },
        config: { env: ['PATH=/bin:/usr/bin'] },
      },
    ],
    [
      'a program of the group of its user',
      {
        files: {
          '/server': { contents: program, mode: 0o750, gid: 50 },
          '/etc/passwd': 'app:x:1000:1000::/:\n',
          '/etc/group': 'staff:x:50:app\n',
        },
        config: { user: 'app' },
      },
    ],
    [
      'a file of root alone, for root',
      { files: { '/server': { contents: program, mode: 0o700, uid: 7 } } },
    ],
    [
      'a user that nobody knows, which `user` has to say',
      { files: { '/server': { contents: program, mode: 0o700 } }, config: { user: 'ghost' } },
    ],
    ['a hard link', { files: { '/server': program } }],
    [
      'what a profile starts instead',
      { files: shell, profile: { run: { entrypoint: ['/bin/sh'], command: ['-c', 'x'] } } },
    ],
  ])('passes %s', async (_, image) => {
    const config = { command: ['/server'], ...image.config };

    const text = await told('entrypoint-resolves', { ...image, config });

    expect(text).toMatch(/^pass/u);
  });

  it('cannot know what a mount brings', async () => {
    const config = { command: ['/data/server'] };

    expect(
      await told('entrypoint-resolves', { config: { ...config, volumes: ['/data'] } }),
    ).toContain('skip: Cannot be judged: /data/server may come with /data');
    expect(
      await told('entrypoint-resolves', {
        config,
        profile: { run: { mounts: [{ bind: 'x', target: '/data' }] } },
      }),
    ).toContain('skip');
  });

  it('cannot know what is behind a link into a mount, or in a folder of PATH that is one', async () => {
    const volumes = ['/data'];

    expect(
      await told('entrypoint-resolves', {
        files: { '/server': { linkTo: '/data/current' } },
        config: { command: ['/server'], volumes },
      }),
    ).toContain('skip: Cannot be judged: /server may come with /data');
    expect(
      await told('entrypoint-resolves', {
        config: { command: ['server'], env: ['PATH=/bin:/data/bin'], volumes },
      }),
    ).toContain('skip: Cannot be judged: server may come with /data');
  });

  it('has nothing to judge without a command', async () => {
    expect(await told('entrypoint-resolves', { config: { command: [] } })).toContain('skip');
  });
});

describe('exec-form', () => {
  it('lets arguments pass that the line asks for', async () => {
    const config = { entrypoint: ['sh', '-c', 'exec server "$@"', '--'], command: ['--port'] };

    expect(await told('exec-form', { config })).toContain('pass');
  });

  it.each([
    ['several commands', 'init; server', 'warn'],
    ['a pipe', 'server | tee /log', 'warn'],
    ['a job in the background', 'helper & server', 'warn'],
    ['several commands and exec', 'init && exec server --port 80', 'pass'],
    ['one command', 'server --port 80 2>&1', 'pass'],
    ['a variable and exec', 'init; LANG=C exec server', 'pass'],
  ])('judges a shell line of %s', async (_, line, verdict) => {
    const config = { command: ['/bin/sh', '-c', line] };

    expect(await told('exec-form', { config, files: shell })).toMatch(
      new RegExp(`^${verdict}`, 'u'),
    );
  });

  it('knows that dash stays even for one command', async () => {
    const files = { '/bin/dash': program, '/bin/sh': { linkTo: 'dash' } };

    expect(
      await told('exec-form', { config: { command: ['sh', '-c', 'server'] }, files }),
    ).toContain('warn: Is started through a shell that stays as PID 1 (it is dash');
  });

  it('has no word against a shell in what is no service', async () => {
    const config = { command: ['/bin/sh', '-c', 'make; make install'] };

    expect(await told('exec-form', { config, imageClass: 'one-shot' })).toContain('pass');
    expect(await told('exec-form', { config, imageClass: 'service' })).toContain('warn');
  });
});

describe('links-and-libraries', () => {
  const config = { command: ['/server'] };
  const ld = { '/lib/ld.so': program };

  it.each<[string, StillImage]>([
    [
      'beside the program',
      {
        files: {
          '/opt/x/server': server(['libx.so'], '$ORIGIN/lib'),
          '/opt/x/lib/libx.so': dynamicProgram({}),
        },
        config: { command: ['/opt/x/server'] },
      },
    ],
    [
      'where LD_LIBRARY_PATH says',
      {
        files: { '/server': server(['libx.so']), '/x/libx.so': dynamicProgram({}) },
        config: { env: ['LD_LIBRARY_PATH=/y:/x'] },
      },
    ],
    [
      'where the configuration says',
      {
        files: {
          '/server': server(['libx.so']),
          '/x/libx.so': dynamicProgram({}),
          '/etc/ld.so.conf.d/x.conf': '# ours\n/x\n',
        },
      },
    ],
    [
      'where the cache says',
      {
        files: {
          '/server': server(['libx.so']),
          '/x/libx.so': dynamicProgram({}),
          '/etc/ld.so.cache': 'glibc-ld.so.cache1.1\0libx.so\0/x/libx.so\0',
        },
      },
    ],
    [
      'by its path',
      { files: { '/server': server(['/x/libx.so']), '/x/libx.so': dynamicProgram({}) } },
    ],
  ])('finds a library %s', async (_, image) => {
    const text = await told('links-and-libraries', {
      ...image,
      files: { ...ld, ...image.files },
      config: { ...config, ...image.config },
    });

    expect(text).toMatch(/^pass/u);
  });

  it('follows libraries to what they need in turn', async () => {
    const files = {
      ...ld,
      '/server': server(['liba.so']),
      '/lib/liba.so': dynamicProgram({ needed: ['libb.so'] }),
    };

    expect(await told('links-and-libraries', { config, files })).toContain(
      'fail: `/lib/liba.so` needs the library libb.so',
    );
  });

  it('only warns of a library that is somewhere else', async () => {
    const files = { ...ld, '/server': server(['libx.so']), '/opt/libx.so': dynamicProgram({}) };

    expect(await told('links-and-libraries', { config, files })).toMatch(
      /^warn.*libx\.so, which is at \/opt\/libx\.so/su,
    );
  });

  it('only warns of programs that are not started', async () => {
    const files = { '/server': program, '/usr/local/bin/tool': server(['libx.so']) };

    expect(await told('links-and-libraries', { config, files })).toMatch(
      /^warn.*\/usr\/local\/bin\/tool needs libx\.so/su,
    );
  });

  it("takes musl's libraries for its dynamic linker", async () => {
    const interpreter = '/lib/ld-musl-x86_64.so.1';
    const files = {
      '/server': dynamicProgram({ interpreter, needed: ['libc.so', 'libpthread.so.0'] }),
      [interpreter]: program,
    };

    expect(await told('links-and-libraries', { config, files })).toContain('pass');
  });

  it('warns of links that lead nowhere, but not of those that are followed at run time or by nobody', async () => {
    const files = {
      '/server': program,
      '/usr/bin/awk': { linkTo: '/usr/bin/mawk' },
      '/etc/mtab': { linkTo: '../proc/self/mounts' },
      '/var/log/app.log': { linkTo: '/dev/stdout' },
      '/srv/current': { linkTo: '/data/current' },
      '/etc/alternatives/awk.1.gz': { linkTo: '/usr/share/man/mawk.1.gz' },
    };

    expect(
      await told('links-and-libraries', { files, config: { ...config, volumes: ['/data'] } }),
    ).toBe(
      'warn: 1 link leads nowhere: /usr/bin/awk.\nInstall what the links lead to, or remove them.\n/usr/bin/awk -> /usr/bin/mawk',
    );
  });
});
