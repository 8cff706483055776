import { digestOf, isDigest, type Digest } from '../../kernel/digest.ts';
import { isTag } from '../../kernel/image-reference.ts';
import { parseManifest } from '../manifest-document.ts';
import { isIndexType } from '../media-types.ts';
import type { WireDescriptor, WireManifest } from '../wire.ts';
import type { Call, Registry } from './call.ts';
import { RefusedRequest, type Reply } from './reply.ts';

const MAX_MANIFEST_BYTES = 4 * 1024 ** 2;

/** @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests */
export async function getManifest(registry: Registry, call: Call): Promise<Reply> {
  const digest = await resolve(registry, call);
  const manifest =
    digest === undefined ? undefined : await registry.store.manifests.read(call.name, digest);
  if (digest === undefined || manifest === undefined) throw await manifestUnknown(registry, call);
  return {
    status: 200,
    headers: {
      'Content-Type': manifest.mediaType,
      'Content-Length': String(manifest.bytes.length),
      'Docker-Content-Digest': digest,
    },
    ...(call.method === 'HEAD' ? {} : { body: manifest.bytes }),
  };
}

/** @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-manifests */
export async function putManifest(registry: Registry, call: Call): Promise<Reply> {
  if (!isDigest(call.target) && !isTag(call.target)) throw invalidReference(call.target);
  const bytes = await readCapped(call.body);
  const digest = digestOf(bytes);
  if (call.lie !== undefined) return createdReply(call, { digest: call.lie.digest ?? digest });
  if (isDigest(call.target) && call.target !== digest) {
    throw new RefusedRequest(400, 'DIGEST_INVALID', { message: `the bytes hash to ${digest}` });
  }
  const parsed = parseManifest(bytes, call.headers['content-type']);
  if (!parsed.ok) throw new RefusedRequest(400, 'MANIFEST_INVALID', { message: parsed.problem });
  const { document, mediaType } = parsed;
  await refuseIncomplete(registry, call.name, document);
  const subject = document.subject?.digest;
  if (subject !== undefined) {
    await registry.store.manifests.addReferrer(
      call.name,
      subject,
      referrerOf(document, { mediaType, digest, size: bytes.length }),
    );
  }
  await registry.store.manifests.write(call.name, digest, { bytes, mediaType, subject });
  if (!isDigest(call.target)) await registry.store.tags.set(call.name, call.target, digest);
  return createdReply(call, { digest, subject });
}

/** @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#content-management */
export async function deleteManifest(registry: Registry, call: Call): Promise<Reply> {
  const { store } = registry;
  if (!isDigest(call.target)) {
    if (!isTag(call.target)) throw invalidReference(call.target);
    const wasThere = await store.tags.remove(call.name, call.target);
    if (!wasThere) throw await manifestUnknown(registry, call);
    return { status: 202, headers: {} };
  }
  for (const tag of await store.tags.list(call.name)) {
    if ((await store.tags.resolve(call.name, tag)) === call.target) {
      await store.tags.remove(call.name, tag);
    }
  }
  const wasThere = await store.manifests.remove(call.name, call.target);
  if (!wasThere) throw await manifestUnknown(registry, call);
  return { status: 202, headers: {} };
}

async function resolve(registry: Registry, call: Call): Promise<Digest | undefined> {
  if (isDigest(call.target)) return call.target;
  if (!isTag(call.target)) throw invalidReference(call.target);
  return await registry.store.tags.resolve(call.name, call.target);
}

async function manifestUnknown(registry: Registry, call: Call): Promise<RefusedRequest> {
  return (await registry.store.hasRepository(call.name))
    ? new RefusedRequest(404, 'MANIFEST_UNKNOWN', { message: `no such manifest: ${call.target}` })
    : new RefusedRequest(404, 'NAME_UNKNOWN', { message: `no such repository: ${call.name}` });
}

function invalidReference(reference: string): RefusedRequest {
  return new RefusedRequest(400, 'MANIFEST_INVALID', {
    message: `neither a tag nor a sha256 digest: ${JSON.stringify(reference.slice(0, 150))}`,
  });
}

async function readCapped(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body) {
    length += piece.length;
    if (length > MAX_MANIFEST_BYTES) {
      throw new RefusedRequest(413, 'SIZE_INVALID', {
        message: `a manifest has at most ${MAX_MANIFEST_BYTES} bytes`,
      });
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** Everything a manifest names must be there, except its subject and layers that live elsewhere. */
async function refuseIncomplete(
  registry: Registry,
  name: string,
  document: WireManifest,
): Promise<void> {
  const { blobs, manifests } = registry.store;
  for (const child of document.manifests ?? []) {
    const found = await manifests.read(name, child.digest);
    if (found === undefined) throw incomplete(child);
  }
  const parts = [...(document.config ? [document.config] : []), ...(document.layers ?? [])];
  for (const part of parts.filter((each) => each.urls === undefined)) {
    const sizeBytes = await blobs.sizeOf(name, part.digest);
    if (sizeBytes === undefined) throw incomplete(part);
    if (sizeBytes !== part.size) {
      throw new RefusedRequest(400, 'MANIFEST_INVALID', {
        message: `${part.digest} has ${sizeBytes} bytes, the manifest says ${part.size}`,
      });
    }
  }
}

function incomplete(part: WireDescriptor): RefusedRequest {
  return new RefusedRequest(400, 'MANIFEST_BLOB_UNKNOWN', {
    message: `the manifest names ${part.digest}, which is not in the repository`,
  });
}

/** @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers */
function referrerOf(
  document: WireManifest,
  own: { readonly mediaType: string; readonly digest: Digest; readonly size: number },
): WireDescriptor {
  const artifactType =
    document.artifactType ?? (isIndexType(own.mediaType) ? undefined : document.config?.mediaType);
  return {
    ...own,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(document.annotations ? { annotations: document.annotations } : {}),
  };
}

function createdReply(
  call: Call,
  stored: { readonly digest: Digest; readonly subject?: Digest | undefined },
): Reply {
  return {
    status: 201,
    headers: {
      Location: `/v2/${call.name}/manifests/${stored.digest}`,
      'Docker-Content-Digest': stored.digest,
      'Content-Length': '0',
      ...(stored.subject === undefined ? {} : { 'OCI-Subject': stored.subject }),
    },
  };
}
