import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../host/clock.ts';
import type { Digest } from '../../kernel/digest.ts';
import type { Manifest, Repository } from '../../registry/contract.ts';
import { OCI_MANIFEST } from '../../registry/media-types.ts';
import { manifestOf, memoryBlob, randomBlob } from '../../registry/testing/sample-image.ts';
import { promoteTogether } from '../promote.ts';
import type { PromotionEffect, PromotionRequest, SetOutcome } from '../promotion.ts';

/** What a commit made: an image in the repository, under its digest alone. */
export interface SampleRelease {
  readonly manifest: Manifest;
  readonly digest: Digest;
  readonly committedAt: string;
}

/** Pushes an image that says when its commit was made. */
export async function pushRelease(
  repository: Repository,
  committedAt: string,
): Promise<SampleRelease> {
  const layer = randomBlob(100);
  const labels = {
    'org.opencontainers.image.created': committedAt,
    'org.opencontainers.image.revision': `commit of ${committedAt}`,
  };
  const config = memoryBlob(
    Buffer.from(JSON.stringify({ config: { Labels: labels }, layer: layer.digest })),
  );
  await Promise.all([layer, config].map(async (blob) => await repository.blobs.upload(blob)));
  const manifest = manifestOf({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: {
      mediaType: 'application/vnd.oci.image.config.v1+json',
      digest: config.digest,
      size: config.sizeBytes,
    },
    layers: [
      {
        mediaType: 'application/vnd.oci.image.layer.v1.tar',
        digest: layer.digest,
        size: layer.sizeBytes,
      },
    ],
  });
  await repository.manifests.put(manifest);
  return { manifest, digest: manifest.digest, committedAt };
}

export interface JournalEntry {
  readonly phase: 'intent' | 'done';
  readonly effect: PromotionEffect;
}

/** Promotions on a state folder of their own. */
export interface Promotions extends AsyncDisposable {
  readonly stateFolder: string;
  /** What was announced and done, in order. */
  readonly journal: JournalEntry[];
  readonly notices: string[];
  request(
    repository: Repository,
    release: SampleRelease,
    changes?: Partial<PromotionRequest> & { readonly tagNames?: readonly string[] },
  ): PromotionRequest;
  promote(...requests: readonly PromotionRequest[]): Promise<SetOutcome>;
}

export async function openPromotions(): Promise<Promotions> {
  const stateFolder = await mkdtemp(join(tmpdir(), 'seatrial-promotions-'));
  const journal: JournalEntry[] = [];
  const notices: string[] = [];
  let runs = 0;
  return {
    stateFolder,
    journal,
    notices,
    request: (
      repository,
      { manifest, committedAt },
      { tagNames = ['latest'], ...changes } = {},
    ) => {
      runs += 1;
      return {
        repository,
        manifest,
        tags: tagNames.map((tag) => ({
          tag,
          kind: /^\d+\.\d+\.\d+$/u.test(tag) ? 'immutable' : 'moving',
        })),
        mayGoBack: false,
        keepCount: 0,
        record: { kind: 'promote', runId: `run-${runs}`, evidence: 'a test', committedAt },
        journal: {
          intent: (effect) => void journal.push({ phase: 'intent', effect }),
          done: (effect) => void journal.push({ phase: 'done', effect }),
          notice: (message) => void notices.push(message),
        },
        ...changes,
      };
    },
    promote: async (...requests) =>
      await promoteTogether(requests, {
        stateFolder,
        clock: systemClock,
        signal: AbortSignal.timeout(60_000),
      }),
    [Symbol.asyncDispose]: async () => await rm(stateFolder, { recursive: true, force: true }),
  };
}

/** Where the tags of a repository point, by name. */
export async function digestsOf(
  repository: Repository,
  tags: readonly string[],
): Promise<Readonly<Record<string, Digest | undefined>>> {
  return Object.fromEntries(
    await Promise.all(
      tags.map(async (tag) => [tag, (await repository.manifests.read(tag))?.digest] as const),
    ),
  );
}
