import type { Manifest, Repository } from '../registry/contract.ts';
import { childrenOf } from '../registry/index-children.ts';
import { collectBundles, type Collected } from './collect.ts';
import { EvidenceError } from './errors.ts';
import { evaluateIndex, type IndexEvidence } from './evaluate-index.ts';
import { evaluate, type Evaluation } from './evaluate.ts';
import type { JudgedPlatform } from './platform-state.ts';
import type { Policy } from './policy.ts';

export interface Judgement extends Evaluation {
  /** What calls itself evidence of the manifest and is not. */
  readonly rejected: Collected['rejected'];
  /** Present for an index: what is said of each image in it. */
  readonly platforms?: readonly JudgedPlatform[] | undefined;
}

/** Nobody builds an index for more platforms; each is asked about by itself. */
const MOST_IMAGES = 100;

/**
 * Reads everything that a registry has about an image, or about an index and the images in it, and judges it.
 * @throws {EvidenceError} EVIDENCE_EXCESSIVE when not all could be read
 */
export async function judgeManifest(
  repository: Repository,
  manifest: Manifest,
  by: { readonly policy: Policy; readonly now: Date },
): Promise<Judgement> {
  const collected = await collectBundles(repository, manifest.digest);
  const { rejected } = collected;
  const images = childrenOf(manifest)?.images;
  if (images === undefined) return { ...evaluate(collected, by.policy, by.now), rejected };
  if (images.length > MOST_IMAGES)
    throw new EvidenceError(
      'EVIDENCE_EXCESSIVE',
      `${repository.address.repository}@${manifest.digest} is an index of ${images.length} images`,
    );
  const children: IndexEvidence['children'][number][] = [];
  for (const image of images)
    children.push({ ...image, collected: await collectBundles(repository, image.digest) });
  return { ...evaluateIndex({ collected, children }, by.policy, by.now), rejected };
}
