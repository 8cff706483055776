import { z } from 'zod';
import type { Digest } from '../../kernel/digest.ts';
import type { Descriptor } from '../contract.ts';
import { RegistryError } from '../errors.ts';
import { artifactTypeOf } from '../manifest-document.ts';
import { isIndexType, OCI_INDEX } from '../media-types.ts';
import { fallbackTag } from '../referrer-tags.ts';
import { descriptorSchema, manifestSchema } from '../wire.ts';
import { failureOf } from './failures.ts';
import { parseJson } from './json.ts';
import { readManifest, type ManifestWork } from './manifest-reading.ts';
import { followPages, nextPageOf } from './pages.ts';
import { pullScope } from './scopes.ts';

const MAX_PAGE_BYTES = 4 * 1024 ** 2;
const MOST_REFERRERS = 1000;

/** Entries that cannot be read are left out one by one: others may write to the same list. */
const listSchema = z.object({ manifests: z.array(z.unknown()) });

/**
 * From the API where there is one, and from the index under the fallback tag where clients without the API
 * keep it. Kinds are taken from the manifests themselves where the registry did not filter: GHCR lists the
 * type of the empty config for all of them.
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers
 */
export async function listReferrers(
  work: ManifestWork,
  digest: Digest,
  artifactType: string | undefined,
): Promise<readonly Descriptor[]> {
  const [listed, others] = await Promise.all([
    askApi(work, digest, artifactType),
    readFallback(work, digest),
  ]);
  const certain = new Map(listed.filtered.map((entry) => [entry.digest, entry]));
  const doubtful = new Map([...listed.unfiltered, ...others].map((entry) => [entry.digest, entry]));
  if (certain.size + doubtful.size > MOST_REFERRERS) {
    throw new RegistryError(
      'ANSWER_MALFORMED',
      `${work.session.address.repository} lists more than ${MOST_REFERRERS} referrers of ${digest}`,
    );
  }
  for (const [key, entry] of doubtful) {
    if (certain.has(key)) continue;
    const known = artifactType === undefined ? entry : await withOwnType(work, entry);
    if (known && (artifactType === undefined || known.artifactType === artifactType)) {
      certain.set(key, known);
    }
  }
  return [...certain.values()];
}

interface Listed {
  /** By the registry, for the wanted kind. */
  readonly filtered: Descriptor[];
  readonly unfiltered: Descriptor[];
}

async function askApi(
  { session, operation, exchange }: ManifestWork,
  digest: Digest,
  artifactType: string | undefined,
): Promise<Listed> {
  const { name } = session.address;
  const query =
    artifactType === undefined ? '' : `?${new URLSearchParams({ artifactType }).toString()}`;
  const listed: Listed = { filtered: [], unfiltered: [] };
  await followPages(
    exchange,
    `/v2/${name}/referrers/${digest}${query}`,
    async (to) =>
      await exchange.ask(
        operation,
        { method: 'GET', to, headers: { accept: OCI_INDEX }, scopes: [pullScope(name)] },
        async (answer) => {
          // Without the API registries answer 404 in plain text, 400, 405 or a web page.
          if (answer.status >= 400 && answer.status < 500 && answer.status !== 403) {
            await answer.discard();
            return undefined;
          }
          if (answer.status !== 200) throw await failureOf(answer, operation.title);
          const entries = readEntries(await answer.bytes(MAX_PAGE_BYTES));
          const isFiltered =
            answer.header('oci-filters-applied')?.includes('artifactType') === true;
          (isFiltered ? listed.filtered : listed.unfiltered).push(...(entries ?? []));
          return entries === undefined ? undefined : nextPageOf(answer, exchange);
        },
      ),
  );
  return listed;
}

async function readFallback(work: ManifestWork, digest: Digest): Promise<readonly Descriptor[]> {
  const index = await readManifest(work, fallbackTag(digest));
  if (index === undefined || !isIndexType(index.mediaType)) return [];
  return readEntries(index.bytes) ?? [];
}

/** Absent when it is no index at all. */
function readEntries(bytes: Uint8Array): readonly Descriptor[] | undefined {
  const list = listSchema.safeParse(parseJson(bytes));
  if (!list.success) return undefined;
  return list.data.manifests.flatMap((entry) => {
    const parsed = descriptorSchema.safeParse(entry);
    return parsed.success ? [parsed.data] : [];
  });
}

/** Absent when the manifest is gone. */
async function withOwnType(work: ManifestWork, entry: Descriptor): Promise<Descriptor | undefined> {
  const manifest = await readManifest(work, entry.digest);
  if (manifest === undefined) return undefined;
  const document = manifestSchema.safeParse(parseJson(manifest.bytes)).data;
  const artifactType = document && artifactTypeOf(document);
  return artifactType === undefined ? entry : { ...entry, artifactType };
}
