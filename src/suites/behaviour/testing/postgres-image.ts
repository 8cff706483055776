import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ScratchImageOptions } from '../../../engine/testing/scratch-image.ts';
import { processEnvironment } from '../../../host/environment.ts';
import { isThere } from '../../../host/files.ts';
import { runProcess } from '../../../host/process.ts';

const VERSION = '15';
const PROGRAMS = `/usr/lib/postgresql/${VERSION}/bin`;
const LIBRARIES = `/usr/lib/postgresql/${VERSION}/lib`;
const SHARE = `/usr/share/postgresql/${VERSION}`;
/** What a new database needs besides the programs. */
const MODULES = ['plpgsql.so', 'dict_snowball.so', 'libpqwalreceiver.so'];

/** As the official image: it asks for a password, once, and makes the database with it. */
const ENTRYPOINT = `#!/bin/sh
set -e
if [ ! -s /data/PG_VERSION ]; then
  if [ -z "$POSTGRES_PASSWORD" ]; then
    echo 'Error: Database is uninitialized and superuser password is not specified.' >&2
    echo '       You must specify POSTGRES_PASSWORD to a non-empty value for the' >&2
    echo '       superuser. For example, "-e POSTGRES_PASSWORD=password" on "docker run".' >&2
    exit 1
  fi
  echo "$POSTGRES_PASSWORD" > /tmp/password
  initdb --username postgres --pwfile /tmp/password --auth scram-sha-256 -D /data
  rm /tmp/password
  echo 'host all all all scram-sha-256' >> /data/pg_hba.conf
fi
exec "$@"
`;

/** Whether this machine has Debian's package `postgresql-15`. */
export async function hasPostgres(): Promise<boolean> {
  return await isThere(join(PROGRAMS, 'initdb'));
}

/** PostgreSQL as Debian builds it, in an image of its own: the programs of this machine with their libraries. */
export async function postgresImage(): Promise<ScratchImageOptions> {
  const modules = MODULES.map((name) => join(LIBRARIES, name));
  const programs = ['postgres', 'initdb'].map((name) => join(PROGRAMS, name));
  const libraries = await librariesOf([...programs, ...modules]);
  const shared = await readdir(SHARE, { recursive: true, withFileTypes: true });
  const records = shared
    .filter((entry) => entry.isFile() && !/\.control$|--/u.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  const plpgsql = ['plpgsql.control', 'plpgsql--1.0.sql'].map((name) =>
    join(SHARE, 'extension', name),
  );
  const contents = await Promise.all(
    [...programs, ...modules, ...libraries, ...records, ...plpgsql].map(
      async (path) => [path, { contents: await readFile(path), mode: 0o755 }] as const,
    ),
  );
  return {
    files: {
      ...Object.fromEntries(contents),
      '/entrypoint.sh': ENTRYPOINT,
      '/etc/passwd': 'root:x:0:0::/:/bin/sh\npostgres:x:999:999::/data:/bin/sh\n',
      '/etc/group': 'root:x:0:\npostgres:x:999:\n',
      '/data': { isFolder: true, uid: 999, gid: 999, mode: 0o700 },
      '/tmp': { isFolder: true, mode: 0o1777 },
    },
    entrypoint: ['/entrypoint.sh'],
    command: ['postgres', '-D', '/data', '-c', 'listen_addresses=*', '-k', '/tmp'],
    env: { PATH: `${PROGRAMS}:/bin`, LC_ALL: 'C' },
    exposedPorts: [5432],
    volumes: ['/data'],
    user: '999',
    stopSignal: 'SIGINT',
  };
}

/** The linker and all that it finds, by the paths that programs know. */
async function librariesOf(paths: readonly string[]): Promise<readonly string[]> {
  const { output } = await runProcess('ldd', [...paths], {
    env: processEnvironment(),
    timeoutMs: 30_000,
  });
  const found = [...output.matchAll(/(?:=> )?(\/\S+\.so\S*) \(0x/gu)].map(([, path]) => path ?? '');
  return [...new Set(found)];
}
