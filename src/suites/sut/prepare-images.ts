import { buildImage } from '../../build/build-image.ts';
import { exitCodes, AppError, messageOf } from '../../kernel/errors.ts';
import { hexOf } from '../../kernel/digest.ts';
import { renderPlatform } from '../../kernel/platform.ts';
import type { SuiteContext } from '../contract.ts';
import { runnableReference } from '../runnable-reference.ts';
import type { LoadedSut } from './load-sut.ts';
import { readServiceBuild, type LocalImage, type ReadBuild } from './service-build.ts';
import { builderOf, means } from './service-image.ts';
import type { ServiceBuild, ServicePlan } from './sut-plan.ts';

/** Service to its image. What Docker Compose builds is not in it. */
export type PreparedByService = ReadonlyMap<string, PreparedImage>;

export interface PreparedImage {
  readonly id: string;
  /** A name for it that people know. */
  readonly reference: string;
}

/** The images of all services, or why one of them cannot be had. */
export type PreparedImages =
  | {
      readonly ok: true;
      readonly images: PreparedByService;
      /** Whether any container runs the image under test, or one that was built from it. */
      readonly runsTested: boolean;
    }
  | { readonly ok: false; readonly service: string; readonly problem: string };

/**
 * Builds and pulls what is not there. What was built is kept under a name with its key, as images of the project are:
 * the next run finds it, `seatrial clean --images` removes it.
 * @throws {EngineError} ENGINE_PULL_FAILED; {BuildError} when the environment, not the build, is to blame
 */
export async function prepareImages(
  { plan, compose }: LoadedSut,
  context: SuiteContext,
): Promise<PreparedImages> {
  const images = new Map<string, PreparedImage>();
  const made = new Map<string, LocalImage>();
  const tested = { source: context.source, testedReference: runnableReference(context.image) };
  const localImage = (reference: string): LocalImage | undefined => {
    const { id } = context.image.record;
    if (means(reference, tested)) {
      return { reference: tested.testedReference, identity: id, isTested: true };
    }
    return made.get(builderOf(reference, { compose }) ?? '');
  };
  for (const service of plan.services) {
    const { image, name } = service;
    if (image.kind === 'tested') {
      images.set(name, { id: context.image.record.id, reference: tested.testedReference });
    }
    if (image.kind === 'pulled') images.set(name, await pull(service, image.reference, context));
    if (image.kind !== 'built') continue;
    const known = made.get(image.build.service);
    const built = known ?? (await build(image.build, localImage, context));
    if ('problem' in built) return { ok: false, service: name, problem: built.problem };
    made.set(image.build.service, built);
    images.set(name, { id: built.identity, reference: built.reference });
  }
  const runsTested =
    plan.services.some(({ image }) => image.kind === 'tested') ||
    [...made.values()].some(({ isTested }) => isTested);
  return { ok: true, images, runsTested };
}

async function pull(
  { name }: ServicePlan,
  reference: string,
  { scope, signal, report }: SuiteContext,
): Promise<PreparedImage> {
  const { images } = scope.engine;
  const found = await images.inspect(reference);
  if (found !== undefined) return { id: found.id, reference };
  report.output(name, `pulling ${reference}\n`);
  await images.pull(reference, { signal });
  return { id: (await images.inspect(reference))?.id ?? reference, reference };
}

async function build(
  planned: ServiceBuild,
  localImage: (reference: string) => LocalImage | undefined,
  context: SuiteContext,
): Promise<LocalImage | { readonly problem: string }> {
  const { engine } = context.scope;
  const { platform } = context.image.record;
  const read = await readServiceBuild(planned, { place: context, platform, localImage });
  const reference = nameOf(planned, read, context);
  const isTested = read.usesTested;
  const found = await engine.images.inspect(reference);
  if (found !== undefined) return { reference, identity: found.id, isTested };
  try {
    const { imageId } = await buildImage({
      engine,
      context: read.context,
      fileDigests: read.digest.files,
      dockerfile: read.dockerfile,
      target: planned.target,
      platform: renderPlatform(platform),
      args: planned.args,
      labels: {},
      tag: reference,
      listener: {
        onVertex: () => undefined,
        onOutput: ({ text }) => context.report.output(planned.service, text),
      },
      signal: context.signal,
    });
    return { reference, identity: imageId, isTested };
  } catch (error) {
    const isOfBuild = error instanceof AppError && error.exitCode === exitCodes.refused;
    if (isOfBuild) return { problem: messageOf(error) };
    throw error;
  }
}

function nameOf({ service }: ServiceBuild, { key }: ReadBuild, { image }: SuiteContext): string {
  const word = service
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/gu, '-')
    .replaceAll(/^-|-$/gu, '');
  return `localhost/seatrial/${image.name}-sut-${word || 'it'}:${hexOf(key.digest).slice(0, 16)}`;
}
