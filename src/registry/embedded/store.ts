import { createReadStream } from 'node:fs';
import { mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { isThere, syncFolder, writeFileAtomically } from '../../host/files.ts';
import { hexOf, isDigest, type Digest } from '../../kernel/digest.ts';
import { systemCodeOf } from '../../kernel/errors.ts';
import { descriptorSchema, type WireDescriptor } from '../wire.ts';
import type { Layout } from './layout.ts';

/**
 * Contents, and what each repository has of them. Every write is a rename or an empty file, so that several
 * processes may write to one folder and none ever sees half of anything.
 */
export interface RegistryStore {
  readonly blobs: BlobStore;
  readonly manifests: ManifestStore;
  readonly tags: TagStore;
  hasRepository(name: string): Promise<boolean>;
  /** Names of all repositories with manifests, sorted. */
  repositories(): Promise<readonly string[]>;
}

export interface BlobStore {
  /** Size; absent when the repository has no such blob. */
  sizeOf(name: string, digest: Digest): Promise<number | undefined>;
  stream(digest: Digest, range: { readonly start: number; readonly end: number }): Readable;
  /** Where a finished upload is to be moved. */
  pathOf(digest: Digest): string;
  link(name: string, digest: Digest): Promise<void>;
  /** Whether it was there. */
  unlink(name: string, digest: Digest): Promise<boolean>;
  /** Whether any repository may share it. */
  isKept(digest: Digest): Promise<boolean>;
}

export interface ManifestStore {
  /** Absent when the repository has no such manifest. */
  read(name: string, digest: Digest): Promise<StoredManifest | undefined>;
  write(name: string, digest: Digest, manifest: StoredManifest): Promise<void>;
  /** Removes it with its entry among the referrers of its subject. Whether it was there. */
  remove(name: string, digest: Digest): Promise<boolean>;
  addReferrer(name: string, subject: Digest, descriptor: WireDescriptor): Promise<void>;
  referrers(name: string, subject: Digest): Promise<readonly WireDescriptor[]>;
}

export interface StoredManifest {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  readonly subject?: Digest | undefined;
}

export interface TagStore {
  list(name: string): Promise<readonly string[]>;
  resolve(name: string, tag: string): Promise<Digest | undefined>;
  set(name: string, tag: string, digest: Digest): Promise<void>;
  remove(name: string, tag: string): Promise<boolean>;
}

const recordSchema = z.object({
  mediaType: z.string(),
  subject: z.string().refine(isDigest).optional(),
});

export function createRegistryStore(layout: Layout): RegistryStore {
  return {
    blobs: blobStore(layout),
    manifests: manifestStore(layout),
    tags: tagStore(layout),
    hasRepository: async (name) => await isThere(`${layout.repository(name)}/_manifests`),
    repositories: async () => {
      const names: string[] = [];
      await collectRepositories(layout, '', names);
      return names.sort();
    },
  };
}

function blobStore(layout: Layout): BlobStore {
  return {
    sizeOf: async (name, digest) => {
      if (!(await isThere(layout.blobLink(name, digest)))) return undefined;
      return (await ifThere(async () => await stat(layout.content(digest))))?.size;
    },
    stream: (digest, range) =>
      createReadStream(layout.content(digest), { ...range, highWaterMark: 256 * 1024 }),
    pathOf: (digest) => layout.content(digest),
    link: async (name, digest) => {
      const path = layout.blobLink(name, digest);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, '');
      await syncFolder(dirname(path));
    },
    unlink: async (name, digest) => await removeFile(layout.blobLink(name, digest)),
    isKept: async (digest) => await isThere(layout.content(digest)),
  };
}

function manifestStore(layout: Layout): ManifestStore {
  const read: ManifestStore['read'] = async (name, digest) =>
    await ifThere(async () => {
      const text = await readFile(layout.manifestRecord(name, digest), 'utf8');
      const record = recordSchema.parse(JSON.parse(text));
      return { ...record, bytes: await readFile(layout.content(digest)) };
    });
  return {
    read,
    write: async (name, digest, manifest) => {
      if (!(await isThere(layout.content(digest)))) {
        await writeFileAtomically(layout.content(digest), manifest.bytes);
      }
      const { mediaType, subject } = manifest;
      const record = JSON.stringify({ mediaType, subject });
      await writeFileAtomically(layout.manifestRecord(name, digest), record);
    },
    remove: async (name, digest) => {
      const subject = (await read(name, digest))?.subject;
      if (subject !== undefined) {
        await removeFile(`${layout.referrers(name, subject)}/${hexOf(digest)}`);
      }
      return await removeFile(layout.manifestRecord(name, digest));
    },
    addReferrer: async (name, subject, descriptor) => {
      const path = `${layout.referrers(name, subject)}/${descriptor.digest.replace('sha256:', '')}`;
      await writeFileAtomically(path, JSON.stringify(descriptor));
    },
    referrers: async (name, subject) => {
      const folder = layout.referrers(name, subject);
      const texts = await Promise.all(
        (await namesIn(folder)).map(
          async (file) => await ifThere(async () => await readFile(`${folder}/${file}`, 'utf8')),
        ),
      );
      return texts
        .filter((text) => text !== undefined)
        .map((text) => descriptorSchema.parse(JSON.parse(text)));
    },
  };
}

function tagStore(layout: Layout): TagStore {
  return {
    list: async (name) => await namesIn(layout.tags(name)),
    resolve: async (name, tag) => {
      const text = await ifThere(async () => await readFile(layout.tag(name, tag), 'utf8'));
      return text !== undefined && isDigest(text) ? text : undefined;
    },
    set: async (name, tag, digest) => await writeFileAtomically(layout.tag(name, tag), digest),
    remove: async (name, tag) => await removeFile(layout.tag(name, tag)),
  };
}

async function collectRepositories(layout: Layout, name: string, into: string[]): Promise<void> {
  const folder = name === '' ? layout.repositories : layout.repository(name);
  const entries = await namesIn(folder);
  if (name !== '' && entries.includes('_manifests')) into.push(name);
  for (const entry of entries) {
    if (entry.startsWith('_')) continue;
    await collectRepositories(layout, name === '' ? entry : `${name}/${entry}`, into);
  }
}

/** File names, sorted, without the temporary neighbours of writes under way; empty without a folder. */
async function namesIn(folder: string): Promise<readonly string[]> {
  const names = (await ifThere(async () => await readdir(folder))) ?? [];
  return names.filter((name) => !/\.[a-f0-9]{12}\.tmp$/u.test(name)).sort();
}

async function removeFile(path: string): Promise<boolean> {
  try {
    await rm(path);
  } catch (error) {
    if (isAbsence(error)) return false;
    throw error;
  }
  await syncFolder(dirname(path));
  return true;
}

async function ifThere<Value>(work: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

function isAbsence(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(systemCodeOf(error) ?? '');
}
