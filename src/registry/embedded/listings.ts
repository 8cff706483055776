import { OCI_INDEX } from '../media-types.ts';
import { digestFrom } from './blobs.ts';
import type { Call, Registry } from './call.ts';
import { jsonReply, RefusedRequest, type Reply } from './reply.ts';

/** @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-tags */
export async function listTags(registry: Registry, call: Call): Promise<Reply> {
  if (!(await registry.store.hasRepository(call.name))) {
    throw new RefusedRequest(404, 'NAME_UNKNOWN', { message: `no such repository: ${call.name}` });
  }
  const page = pageOf(await registry.store.tags.list(call.name), call.query);
  return jsonReply(
    { name: call.name, tags: page.entries },
    { headers: linkHeader(`/v2/${call.name}/tags/list`, page) },
  );
}

/** @see https://distribution.github.io/distribution/spec/api/#catalog */
export async function listCatalog(registry: Registry, call: Call): Promise<Reply> {
  const page = pageOf(await registry.store.repositories(), call.query);
  return jsonReply({ repositories: page.entries }, { headers: linkHeader('/v2/_catalog', page) });
}

/** @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers */
export async function listReferrers(registry: Registry, call: Call): Promise<Reply> {
  const all = await registry.store.manifests.referrers(call.name, digestFrom(call.target));
  const artifactType = call.query.get('artifactType');
  const manifests =
    artifactType === null ? all : all.filter((each) => each.artifactType === artifactType);
  return jsonReply(
    { schemaVersion: 2, mediaType: OCI_INDEX, manifests },
    {
      contentType: OCI_INDEX,
      headers: artifactType === null ? {} : { 'OCI-Filters-Applied': 'artifactType' },
    },
  );
}

interface Page {
  readonly entries: readonly string[];
  /** Query of the next page; absent on the last. */
  readonly next?: string | undefined;
}

function pageOf(sorted: readonly string[], query: URLSearchParams): Page {
  const last = query.get('last');
  const rest = last === null ? sorted : sorted.filter((entry) => entry > last);
  const asked = query.get('n');
  if (asked === null) return { entries: rest };
  const size = Number(asked);
  if (!Number.isSafeInteger(size) || size < 0) {
    throw new RefusedRequest(400, 'UNSUPPORTED', { message: `not a page size: ${asked}` });
  }
  const entries = rest.slice(0, size);
  const lastEntry = entries.at(-1);
  if (lastEntry === undefined || entries.length === rest.length) return { entries };
  return { entries, next: `n=${size}&last=${encodeURIComponent(lastEntry)}` };
}

function linkHeader(path: string, page: Page): Record<string, string> {
  return page.next === undefined ? {} : { Link: `<${path}?${page.next}>; rel="next"` };
}
