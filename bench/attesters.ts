import { z } from 'zod';
import { fallbackTag } from '../src/registry/referrer-tags.ts';
import { attach, makeBundle, pushImage } from '../src/evidence/testing/attached.ts';
import type { Digest } from '../src/kernel/digest.ts';
import { openRepository } from '../src/registry/client/open-repository.ts';
import type { Manifest, Repository } from '../src/registry/contract.ts';
import { OCI_INDEX } from '../src/registry/media-types.ts';
import { startCncfRegistry } from '../src/registry/testing/cncf-registry.ts';
import {
  descriptorOf,
  manifestOf,
  uploadSampleImage,
} from '../src/registry/testing/sample-image.ts';
import type { Benchmark } from './benchmark.ts';
import { ms } from './stopwatch.ts';

const ATTESTERS = 10;
const EACH = 5;
const ALL = ATTESTERS * EACH;

export const attesters: Benchmark = {
  name: 'attesters',
  figure: `${ATTESTERS} attesters of one image at once, ${EACH} attestations each, no referrers API: the part that is listed`,
  unit: 'x',
  limit: { atLeast: 1 },
  async run() {
    await using registry = await startCncfRegistry();
    const startedAt = performance.now();
    const ours = await countKept(`${registry.host}/ours`, attachOurs);
    const tookMs = performance.now() - startedAt;
    const naive = await countKept(`${registry.host}/naive`, attachNaively);
    return {
      value: ours / ALL,
      parts: {
        kept: `${ours} of ${ALL}`,
        took: ms(tookMs),
        'kept by read, add, write': `${naive} of ${ALL}`,
      },
    };
  },
};

type Attach = (repository: Repository, image: Manifest, id: string) => Promise<Digest>;

async function countKept(name: string, attachOne: Attach): Promise<number> {
  await using repository = openRepository({ repository: name, env: {} });
  const image = await pushImage(repository);
  const attached = await Promise.all(
    Array.from({ length: ATTESTERS }, async (_, attester) => {
      await using own = openRepository({ repository: name, env: {} });
      const digests: Digest[] = [];
      for (let count = 0; count < EACH; count += 1)
        digests.push(await attachOne(own, image, `${attester}-${count}`));
      return digests;
    }),
  );
  const listed = await repository.manifests.referrers(image.digest);
  const kept = new Set(listed.map(({ digest }) => digest));
  return attached.flat().filter((digest) => kept.has(digest)).length;
}

async function attachOurs(repository: Repository, image: Manifest, id: string): Promise<Digest> {
  const { digests } = await attach(repository, image, [await makeBundle(image.digest, id)]);
  return digests[0] ?? image.digest;
}

const listSchema = z
  .object({ manifests: z.array(z.unknown()) })
  .transform(({ manifests }) => manifests);

/** What clients do that believe they are alone. */
async function attachNaively(repository: Repository, image: Manifest): Promise<Digest> {
  const artifact = await uploadSampleImage(repository, { subject: image, artifactType: 'text/x' });
  await repository.manifests.put(artifact);
  const reference = fallbackTag(image.digest);
  const index = await repository.manifests.read(reference);
  const before =
    index === undefined ? [] : listSchema.parse(JSON.parse(Buffer.from(index.bytes).toString()));
  const manifests = [...before, descriptorOf(artifact)];
  await repository.manifests.put({
    ...manifestOf({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }, OCI_INDEX),
    reference,
    isContested: true,
  });
  return artifact.digest;
}
