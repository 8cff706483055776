import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { processEnvironment } from '../host/environment.ts';
import { runProcess } from '../host/process.ts';
import { everything, scanContext, type ContextFilter } from './context.ts';
import type { BuildError } from './errors.ts';
import { contextFolder } from './testing/context-folder.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return await promise.then(
    () => 'no error',
    (error: BuildError) => error.code,
  );
}

test('a folder comes before what is in it, in the same order everywhere', async () => {
  await using folder = await contextFolder({ 'b/x': '', 'b/a': '', a: '', 'b-c': '', 'e/': '' });

  const { entries } = await scanContext(folder.path, everything);

  expect(entries.map(({ path, type }) => `${type} ${path}`)).toEqual([
    'file a',
    'folder b',
    'file b/a',
    'file b/x',
    'file b-c',
    'folder e',
  ]);
});

test('permission bits, sizes and link targets are kept, and a loop of links is no loop', async () => {
  await using folder = await contextFolder({
    run: { text: 'abc', mode: 0o4755 },
    one: { linkTo: 'two' },
    two: { linkTo: 'one' },
    up: { linkTo: '..' },
  });

  const { entries, sizeBytes } = await scanContext(folder.path, everything);

  expect(sizeBytes).toBe(3);
  expect(entries.find(({ path }) => path === 'run')).toMatchObject({ mode: 0o4755, sizeBytes: 3 });
  expect(entries.filter(({ type }) => type === 'link').map(({ linkTarget }) => linkTarget)).toEqual(
    ['two', 'one', '..'],
  );
});

test('a folder that the filter excludes whole is not read, unless something in it is taken back', async () => {
  await using folder = await contextFolder({
    'out/a': '',
    'logs/keep/this': '',
    'logs/drop': '',
    'none/a': '',
    kept: '',
  });
  const asked: string[] = [];
  const filter: ContextFilter = {
    includes: (path) => {
      asked.push(path);
      return path === 'kept' || path.startsWith('logs/keep');
    },
    excludesWhole: (path) => path === 'out',
  };

  const { entries } = await scanContext(folder.path, filter);

  expect(asked).not.toContain('out/a');
  expect(entries.map(({ path }) => path)).toEqual(['kept', 'logs', 'logs/keep', 'logs/keep/this']);
});

test('sockets and pipes are left out and told', async () => {
  await using folder = await contextFolder({ a: '' });
  await runProcess('mkfifo', [join(folder.path, 'pipe')], { env: processEnvironment() });
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(join(folder.path, 'socket'), resolve));

  const { entries, skipped } = await scanContext(folder.path, everything);
  server.close();

  expect(entries.map(({ path }) => path)).toEqual(['a']);
  expect(skipped).toEqual(['pipe', 'socket']);
});

test('a context that is not there is BUILD_CONTEXT_MISSING', async () => {
  await using folder = await contextFolder({ file: '' });

  expect(await codeOf(scanContext(join(folder.path, 'none'), everything))).toBe(
    'BUILD_CONTEXT_MISSING',
  );
  expect(await codeOf(scanContext(join(folder.path, 'file'), everything))).toBe(
    'BUILD_CONTEXT_MISSING',
  );
});

test('a name that is not UTF-8 is BUILD_CONTEXT_NAME_INVALID, unless it is excluded', async () => {
  await using folder = await contextFolder({ 'd/real-\uFFFD': '' });
  const name = Buffer.concat([Buffer.from(join(folder.path, 'd/x')), Buffer.from([0xff])]);
  writeFileSync(name, '');
  const excluding: ContextFilter = {
    includes: (path) => !path.startsWith('d/x'),
    excludesWhole: () => false,
  };

  const { entries } = await scanContext(folder.path, excluding);

  expect(entries.map(({ path }) => path)).toEqual(['d', 'd/real-\uFFFD']);
  expect(await codeOf(scanContext(folder.path, everything))).toBe('BUILD_CONTEXT_NAME_INVALID');
});

test('a file that vanishes during the scan is BUILD_CONTEXT_CHANGED', async () => {
  await using folder = await contextFolder({ 'a/1': '', 'a/2': '' });
  const filter: ContextFilter = {
    includes: (path) => {
      if (path === 'a/1') rmSync(join(folder.path, path));
      return true;
    },
    excludesWhole: () => false,
  };

  expect(await codeOf(scanContext(folder.path, filter))).toBe('BUILD_CONTEXT_CHANGED');
});

test('a folder that cannot be read is BUILD_CONTEXT_UNREADABLE', async () => {
  await using folder = await contextFolder({ a: '' });
  mkdirSync(join(folder.path, 'locked'), { mode: 0o000 });
  const program = `
    import { everything, scanContext } from ${JSON.stringify(join(HERE, 'context.ts'))};
    if (process.getuid() === 0) process.seteuid(65534);
    await scanContext(${JSON.stringify(folder.path)}, everything).catch((error) => {
      process.stdout.write(error.code + ' ' + error.message);
    });`;
  // Only root may read it all the same: then another user has to try.
  execFileSync('chmod', ['755', folder.path]);

  const said = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  });

  expect(said).toBe('BUILD_CONTEXT_UNREADABLE locked cannot be read: EACCES');
});
