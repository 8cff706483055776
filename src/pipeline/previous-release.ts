import type { ImageRecord } from '../engine/contract.ts';
import type { Repository } from '../registry/contract.ts';
import { openRepository } from '../registry/client/open-repository.ts';
import { parseManifest } from '../registry/manifest-document.ts';
import type { ImageUnderTest } from '../suites/contract.ts';
import { engineLogin } from './engine-login.ts';
import { isForSeveral } from './platforms.ts';
import { repositoryOf, type ProjectImage } from './project.ts';
import type { RunContext } from './run-context.ts';

/** The release that an image is to take over from, as the registry has it; not yet on the engine. */
export type FoundRelease =
  | { readonly kind: 'release'; readonly address: Repository['address']; readonly digest: string }
  /** The tag is at this very image: whatever it took over from, it did when it was tested. */
  | { readonly kind: 'itself' }
  | { readonly kind: 'none'; readonly reason: string };

/**
 * What `suites.behaviour.upgrade` names; absent when nobody asked.
 * @param imageId of the engine
 * @throws {RegistryError} when the registry cannot be asked
 */
export async function findRelease(
  image: ProjectImage,
  context: Pick<RunContext, 'project' | 'env' | 'signal'>,
  imageId: string,
): Promise<FoundRelease | undefined> {
  const { behaviour } = image.suites;
  if (behaviour === false || behaviour.upgrade === undefined) return undefined;
  if (!image.ship)
    return { kind: 'none', reason: 'the image is not shipped, so there is no release of it' };
  if (isForSeveral(image))
    return { kind: 'none', reason: 'an image for several platforms is not tried on a release yet' };
  const { from } = behaviour.upgrade;
  const name = repositoryOf(image, context.project.registry);
  await using repository = openRepository({
    repository: name,
    env: context.env,
    signal: context.signal,
  });
  const manifest = await repository.manifests.read(from);
  if (manifest === undefined)
    return { kind: 'none', reason: `there is no release yet: ${name} has no tag ${from}` };
  const parsed = parseManifest(manifest.bytes, manifest.mediaType);
  const configDigest = parsed.ok ? parsed.document.config?.digest : undefined;
  if (configDigest === imageId || manifest.digest === imageId) return { kind: 'itself' };
  return { kind: 'release', address: repository.address, digest: manifest.digest };
}

/** The same on the engine, which pulls it when it does not have it. @throws {EngineError} ENGINE_PULL_FAILED */
export async function fetchRelease(
  found: FoundRelease | undefined,
  context: Pick<RunContext, 'engine' | 'env' | 'signal' | 'emit'>,
): Promise<ImageUnderTest['previous']> {
  if (found === undefined) return undefined;
  if (found.kind === 'none') return { reason: found.reason };
  if (found.kind === 'itself') return { reason: 'the last release is this very image' };
  const ref = `${found.address.repository}@${found.digest}`;
  const { images } = context.engine;
  const record = (await images.inspect(ref)) ?? (await pull(ref, found.address, context));
  if (record === undefined) return { reason: `the engine has pulled ${ref} and does not have it` };
  return { ref, record };
}

async function pull(
  ref: string,
  address: Repository['address'],
  { engine, env, signal, emit }: Pick<RunContext, 'engine' | 'env' | 'signal' | 'emit'>,
): Promise<ImageRecord | undefined> {
  const onWarning = (message: string): void => emit({ type: 'notice', message });
  emit({ type: 'notice', message: `pulling the last release: ${ref}` });
  await engine.images.pull(ref, { auth: await engineLogin(address, { env, onWarning }), signal });
  return await engine.images.inspect(ref);
}
