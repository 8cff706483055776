import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { withFileLock } from '../../src/host/file-lock.ts';
import { isThere, readTextIfThere } from '../../src/host/files.ts';
import { serveRegistry } from '../../src/registry/embedded/serve-registry.ts';
import { runSeatrial, type CommandPlace } from './command-line.ts';
import { makeCheckout } from './git-checkout.ts';
import { removeImages, tagsOf } from './sample-project.ts';
import { createTemporaryPlace } from './temporary-place.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const EXAMPLE = join(ROOT, 'examples', 'dynamodb');
/** The example with what its hooks made: fetched once, and again when the example changes. */
const MADE = join(ROOT, '.cache', 'e2e', 'dynamodb');

const LABEL = 'seatrial.example';

/** A checkout of `examples/dynamodb`, with a registry of its own, to break. */
export interface ExampleProject extends AsyncDisposable {
  readonly folder: string;
  /** Where and with which variables its runs are started: build 7, shipped to its registry. */
  readonly at: CommandPlace;
  /** Replaces text of a file, which must be there exactly once. */
  readonly edit: (path: string, from: string, to: string) => Promise<void>;
  readonly write: (path: string, contents: string | Uint8Array, mode?: number) => Promise<void>;
  /** Takes the files as they are for the sound ones. */
  keep(): void;
  /** Brings the sound files back. */
  restore(): Promise<void>;
  /** What each tag of the registry points to, by `repository:tag`. */
  tags(): Promise<Readonly<Record<string, string>>>;
}

export async function createExampleProject(): Promise<ExampleProject> {
  await makeExample();
  const place = await createTemporaryPlace();
  const { folder, id } = place;
  await cp(MADE, folder, { recursive: true, filter: (path) => !isResult(relative(MADE, path)) });
  const registry = await serveRegistry({ folder: join(place.root, 'registry') });
  const originals = new Map<string, string | undefined>();
  const write: ExampleProject['write'] = async (path, contents, mode = 0o644) => {
    const file = join(folder, path);
    if (!originals.has(path)) originals.set(path, await readTextIfThere(file));
    await writeFile(file, contents, { mode });
  };
  const edit = async (path: string, from: string, to: string): Promise<void> => {
    const text = await readFile(join(folder, path), 'utf8');
    if (text.split(from).length !== 2) throw new Error(`${path} does not hold once: ${from}`);
    await write(path, text.replace(from, to));
  };
  // Ids of its own, so that what is broken here is taken for sound by nobody else, and is removed.
  await edit(
    'seatrial.yaml',
    '    context: dynamodb\n',
    `    context: dynamodb\n    labels: { ${LABEL}: ${id} }\n`,
  );
  await makeCheckout(folder);
  originals.clear();
  return {
    folder,
    at: { folder, env: { ...place.env, SEATRIAL_REGISTRY: registry.host, BUILD_NUM: '7' } },
    edit,
    write,
    keep: () => originals.clear(),
    restore: async () => {
      for (const [path, text] of originals)
        await (text === undefined ? rm(join(folder, path)) : writeFile(join(folder, path), text));
      originals.clear();
    },
    tags: async () => await tagsOf(registry),
    [Symbol.asyncDispose]: async () => {
      await registry.close();
      await removeImages(`${LABEL}=${id}`);
      await place[Symbol.asyncDispose]();
    },
  };
}

/** Keeps what the hooks of a copy of the example have made, so that it is not made twice. */
export async function keepMadeExample(from: string): Promise<void> {
  await mkdir(dirname(MADE), { recursive: true });
  await withFileLock(`${MADE}.lock`, { signal: AbortSignal.timeout(600_000) }, async () => {
    if (await isThere(MADE)) return;
    await cp(from, MADE, {
      recursive: true,
      filter: (path) => path === from || isMade(relative(from, path)),
    });
  });
}

/** The folders of the images with all that hooks put there, and what is known of those files. */
function isMade(path: string): boolean {
  return /^(?:\.seatrial$|\.seatrial\/cache|jre|dynamodb)/u.test(path);
}

/** Builds the example once in a place that stays. What `make ci` has fetched already is not fetched again. */
async function makeExample(): Promise<void> {
  await mkdir(dirname(MADE), { recursive: true });
  const signal = AbortSignal.timeout(600_000);
  await withFileLock(`${MADE}.lock`, { signal }, async () => {
    const isNew = !(await isThere(MADE));
    await cp(EXAMPLE, MADE, {
      recursive: true,
      filter: (path) =>
        isNew ? !isResult(relative(EXAMPLE, path)) : isSource(relative(EXAMPLE, path)),
    });
    const built = await runSeatrial(['build'], { folder: MADE });
    if (built.exitCode === 0) return;
    await rm(MADE, { recursive: true, force: true });
    throw new Error(`the example cannot be built: ${built.stdout}${built.stderr}`);
  });
}

/** What runs leave in the state folder, besides what they know of files. */
function isResult(path: string): boolean {
  return path.startsWith('.seatrial/') && !path.startsWith('.seatrial/cache');
}

/** What is in the repository; all else was made by hooks and runs. */
function isSource(path: string): boolean {
  return !/^\.seatrial|rootfs|dynamodb-local|\/data/u.test(path);
}
