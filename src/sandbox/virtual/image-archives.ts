import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { buffer } from 'node:stream/consumers';
import { extract, pack } from 'tar-stream';
import { peek, unpack } from '../../engine/entry-stream.ts';
import { ApiRefusal } from './api-refusal.ts';
import { changedQuery, forward, sendHead, stream, type Handler } from './exchange.ts';
import { writeLine } from './container-calls.ts';
import { canonicalName } from './image-names.ts';
import { isObject, parsed, textsIn, type JsonObject } from './json-value.ts';
import { eachLine, presentLine } from './presentation.ts';

/** Contents of one entry to what is to stand there instead; absent leaves the entry as it is. */
export type RewriteEntry = (name: string) => ((contents: string) => string) | undefined;

/** Larger ones are no index of an archive and no Dockerfile. */
const MAX_ENTRY_BYTES = 16 * 1024 ** 2;

/**
 * A tar with some entries changed, as a stream; the rest is never held in memory. What is packed is unpacked.
 * The result ends with the error that broke the source.
 */
export async function rewrittenTar(source: Readable, rewrite: RewriteEntry): Promise<Readable> {
  const { beginning, whole } = await peek(bytesOf(source), 6);
  if (isUnknownPacking(beginning)) {
    throw new ApiRefusal(
      400,
      'The archive is packed in a way that the sandbox cannot read: use gzip or none',
    );
  }
  const entries = extract();
  const changed = pack();
  const copy = async (): Promise<void> => {
    pipeline(unpack(beginning, whole), entries).catch((error: unknown) => {
      changed.destroy(error instanceof Error ? error : new Error(String(error)));
    });
    for await (const entry of entries) {
      const { header } = entry;
      const change =
        header.type === 'file' ? rewrite(header.name.replace(/^\.\//u, '')) : undefined;
      if (change !== undefined && header.size <= MAX_ENTRY_BYTES) {
        const contents = Buffer.from(change((await buffer(entry)).toString('utf8')));
        // The length of the old contents may stand in an extended header too.
        const pax = Object.fromEntries(
          Object.entries(header.pax ?? {}).filter(([name]) => name !== 'size'),
        );
        changed.entry({ ...header, pax, size: contents.length }, contents);
        continue;
      }
      const target = changed.entry(header);
      await pipeline(entry, target);
    }
    changed.finalize();
  };
  copy().catch((error: unknown) => {
    changed.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  return Readable.from(changed, { objectMode: false });
}

async function* bytesOf(source: Readable): AsyncGenerator<Uint8Array> {
  for await (const piece of source) if (piece instanceof Uint8Array) yield piece;
}

/** bzip2 and xz, which the engine reads. */
function isUnknownPacking(beginning: Buffer): boolean {
  const magic = beginning.toString('latin1');
  return magic.startsWith('BZh') || magic.startsWith('\u00fd7zXZ');
}

const INDEX = new Set(['manifest.json', 'repositories', 'index.json']);

/**
 * `docker load` would write real tags, over those of others: in the archive they are made the session's own.
 */
export const loadImages: Handler = async (exchange) => {
  const { session, request } = exchange;
  const { images } = session;
  const loaded: string[] = [];
  const toOwn = (tag: string): string => {
    loaded.push(canonicalName(tag));
    return images.own(canonicalName(tag));
  };
  const body = await rewrittenTar(request, (name) =>
    INDEX.has(name) ? (contents) => withTags(name, contents, toOwn) : undefined,
  );
  const answer = await forward(exchange, { path: '/images/load', body });
  if (answer.statusCode !== 200) return await stream(exchange, answer);
  sendHead(exchange, answer, true);
  await eachLine(answer, async (line) => {
    const id = /Loaded image ID: (sha256:[0-9a-f]{64})/u.exec(line)?.[1];
    if (id !== undefined) images.made.add(id);
    await writeLine(exchange, presentLine(line, session));
  });
  for (const tag of loaded) images.add(tag);
  exchange.response.end();
};

/** `docker save` of a tag of the session has the script's name for it in the archive. */
export const saveImages: Handler = async (exchange) => {
  const { session, ref, query } = exchange;
  const names = ref === '' ? query.getAll('names') : [ref];
  const resolved = names.map((name) => session.images.resolve(name));
  const own = changedQuery(query, { names: undefined });
  for (const name of resolved) own.append('names', name);
  const answer = await forward(exchange, { path: '/images/get', query: own });
  const hasOwn = names.some((name) => session.images.has(name));
  if (answer.statusCode !== 200 || !hasOwn) return await stream(exchange, answer);
  const toShown = (tag: string): string => session.images.shownTags([tag])[0] ?? tag;
  const body = await rewrittenTar(answer, (name) =>
    INDEX.has(name) ? (contents) => withTags(name, contents, toShown) : undefined,
  );
  sendHead(exchange, answer, true);
  await pipeline(body, exchange.response);
};

/** One of the index files of an archive with each tag changed. */
function withTags(name: string, contents: string, change: (tag: string) => string): string {
  const value = parsed(contents);
  if (name === 'manifest.json' && Array.isArray(value)) {
    return JSON.stringify(
      value.map((image: unknown) =>
        isObject(image) ? { ...image, RepoTags: textsIn(image['RepoTags']).map(change) } : image,
      ),
    );
  }
  if (name === 'repositories' && isObject(value)) return JSON.stringify(oldIndex(value, change));
  if (name === 'index.json' && isObject(value)) return JSON.stringify(ociIndex(value, change));
  return contents;
}

/** `{ repository: { tag: layer } }`. */
function oldIndex(value: JsonObject, change: (tag: string) => string): JsonObject {
  const changed: Record<string, JsonObject> = {};
  for (const [repository, tags] of Object.entries(value)) {
    for (const [tag, layer] of isObject(tags) ? Object.entries(tags) : []) {
      const own = change(`${repository}:${tag}`);
      const colon = own.lastIndexOf(':');
      (changed[own.slice(0, colon)] ??= {})[own.slice(colon + 1)] = layer;
    }
  }
  return changed;
}

/** @see https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md#indexjson-file */
function ociIndex(value: JsonObject, change: (tag: string) => string): JsonObject {
  const manifests = value['manifests'];
  if (!Array.isArray(manifests)) return value;
  return {
    ...value,
    manifests: manifests.map((manifest: unknown) => {
      if (!isObject(manifest) || !isObject(manifest['annotations'])) return manifest;
      const annotations = { ...manifest['annotations'] };
      const full = annotations['io.containerd.image.name'];
      if (typeof full === 'string') annotations['io.containerd.image.name'] = change(full);
      return { ...manifest, annotations };
    }),
  };
}
