import type { Engine } from '../engine/contract.ts';
import type { BaseImage } from '../evidence/provenance.ts';
import { isDigest, type Digest } from '../kernel/digest.ts';
import { parseReference, renderReference, renderRepository } from '../kernel/image-reference.ts';
import { renderPlatform, type Platform } from '../kernel/platform.ts';
import { builtParentsOf } from './built-images.ts';
import type { Parents } from './built-image.ts';
import { pinDockerfile } from './pinned-dockerfile.ts';
import type { ProjectImage } from './project.ts';
import type { RunContext, StepResults } from './run-context.ts';

/**
 * Every image that went into a build, also by way of other images of the project: those from outside with
 * their digest, where the engine knows it.
 */
export async function baseImagesOf(
  image: ProjectImage,
  at: {
    readonly context: Pick<RunContext, 'project' | 'engine'>;
    readonly results: StepResults;
    readonly platform: Platform;
  },
): Promise<readonly BaseImage[]> {
  const found = new Map<string, BaseImage>();
  const visited = new Set<string>();
  const visit = async (each: ProjectImage): Promise<void> => {
    if (visited.has(each.name)) return;
    visited.add(each.name);
    const { project, engine } = at.context;
    const parents = builtParentsOf(each, renderPlatform(at.platform), {
      project,
      results: at.results,
    });
    const { uses } = await pinDockerfile({ image: each, project, parents, platform: at.platform });
    for (const { reference, parent = parentPinnedAs(reference, parents) } of uses) {
      const base =
        parent === undefined
          ? await outsideBase(reference, engine)
          : { reference: parent, imageId: parents.get(parent)?.imageId };
      found.set(base.reference, base);
    }
    for (const name of parents.keys()) {
      const parent = project.images.find((other) => other.name === name);
      if (parent !== undefined) await visit(parent);
    }
  };
  await visit(image);
  return [...found.values()];
}

/** An argument that names an image of the project becomes the local reference of its build. */
function parentPinnedAs(reference: string, parents: Parents): string | undefined {
  return [...parents].find(([, { imageRef }]) => imageRef === reference)?.[0];
}

async function outsideBase(written: string, engine: Engine): Promise<BaseImage> {
  const reading = parseReference(written);
  if (!reading.ok) return { reference: written };
  const { digest: pinned, tag } = reading.value;
  const isBare = pinned === undefined && tag === undefined;
  const reference = renderReference(isBare ? { ...reading.value, tag: 'latest' } : reading.value);
  const digest =
    pinned !== undefined && isDigest(pinned)
      ? pinned
      : await pulledDigest(written, renderRepository(reading.value), engine);
  return { reference, ...(digest === undefined ? {} : { digest }) };
}

/** Under which digest the engine pulled it. BuildKit pulls some bases without telling the engine. */
async function pulledDigest(
  reference: string,
  repository: string,
  engine: Engine,
): Promise<Digest | undefined> {
  const record = await engine.images.inspect(reference);
  for (const each of record?.repoDigests ?? []) {
    const reading = parseReference(each);
    if (!reading.ok || renderRepository(reading.value) !== repository) continue;
    if (reading.value.digest !== undefined && isDigest(reading.value.digest))
      return reading.value.digest;
  }
  return undefined;
}
