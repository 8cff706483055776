import { openRepository } from '../../src/registry/client/open-repository.ts';
import type { Repository } from '../../src/registry/contract.ts';
import { readTagHeads } from '../../src/ship/tag-heads.ts';
import { pushRelease } from '../../src/ship/testing/promotions.ts';
import { RELEASE_TAGS, REPOSITORY } from './crash-project.ts';
import type { RecordedRegistry } from './recorded-registry.ts';

/** A repository that a run ships to. All its tags are at one old image before. */
export interface ShipTarget {
  /** What the run takes for the registry. */
  readonly registry: string;
  readonly recorder: RecordedRegistry;
  /** The same repository, past the recorder. */
  readonly repository: Repository;
  readonly tags: readonly string[];
  readonly old: string;
  /** By runs; whoever looks at them takes them out. */
  readonly sentBlobs: string[];
}

/** What each tag points to. */
export type TagDigests = Readonly<Record<string, string>>;

/** A tag that is none of ours. */
export const FOREIGN_TAG = 'foreign';

/** @param folder in which the repository is: one that has none yet */
export async function openTarget(recorder: RecordedRegistry, folder: string): Promise<ShipTarget> {
  const name = `${recorder.upstream}/${folder}/${REPOSITORY}`;
  const repository = openRepository({ repository: name, env: {} });
  const old = await pushRelease(repository, '2001-01-01T00:00:00Z');
  const tags = [...RELEASE_TAGS, FOREIGN_TAG];
  for (const reference of tags) await repository.manifests.put({ ...old.manifest, reference });
  const registry = `${recorder.host}/${folder}`;
  return { registry, recorder, repository, tags, old: old.digest, sentBlobs: [] };
}

export async function tagsOf({ repository, tags }: ShipTarget): Promise<TagDigests> {
  const heads = await readTagHeads(repository, tags);
  return Object.fromEntries([...heads].map(([tag, head]) => [tag, head?.digest ?? 'nothing']));
}
