import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import type { Readable } from 'node:stream';
import { looksSecret } from '../build/secret-args.ts';
import { toProvenance } from '../evidence/provenance.ts';
import { toCycloneDx } from '../evidence/sbom/cyclonedx.ts';
import { predicateTypes, renderStatement, type StatementSubject } from '../evidence/statement.ts';
import { toTestResult, type TestedSuite, type TestResultSource } from '../evidence/test-result.ts';
import { digestOf, isDigest, type Digest } from '../kernel/digest.ts';
import { parsePlatform, renderPlatform } from '../kernel/platform.ts';
import type { PackedImage, PackedLayer } from '../ship/packed-image.ts';
import { baseImagesOf } from './base-images.ts';
import { PipelineError } from './errors.ts';
import { readImagePackages } from './image-packages.ts';
import type { PackedPlatform, PackedShipment, PlatformImage } from './packed-shipment.ts';
import { testStepId } from './platforms.ts';
import type { ProjectImage } from './project.ts';
import type { Shipment } from './push-shipment.ts';
import type { RunContext } from './run-context.ts';
import { suitesOf } from './steps.ts';

/** An image on one platform that is packed, and is about to be shipped. */
export interface PackedBuild extends PackedPlatform {
  readonly shipment: Shipment;
}

export interface UnsignedStatement {
  readonly predicateType: string;
  readonly text: string;
}

/**
 * What this run knows of an image, each as one statement about its digest. The test result comes last: once it
 * is attached, all of them are. An image that nobody tested has none.
 */
export async function makeStatements(
  build: PackedBuild,
  suites: readonly TestedSuite[],
): Promise<readonly UnsignedStatement[]> {
  const subject = subjectOf(build.shipment, build.packed.manifest.digest);
  const [sbom, provenance] = await Promise.all([sbomOf(build, subject), provenanceOf(build)]);
  const predicates = [
    [predicateTypes.sbom, sbom],
    [predicateTypes.provenance, provenance],
    ...(build.isUntested
      ? []
      : [[predicateTypes.testResult, await testResultOf(build.shipment, { suites })] as const]),
  ] as const;
  return predicates.map(([predicateType, predicate]) => ({
    predicateType,
    text: renderStatement({ subject, predicateType, predicate }),
  }));
}

/**
 * What was found on all platforms of an index, as one statement: about the index, and naming each image in it that was
 * tested. Those that were not, it names as untested.
 */
export async function makeIndexStatement(
  shipment: Shipment,
  { platforms, manifest }: PackedShipment,
  suites: readonly TestedSuite[],
): Promise<UnsignedStatement> {
  const predicateType = predicateTypes.testResult;
  const predicate = await testResultOf(shipment, {
    suites,
    platforms: platforms.map(({ platform, packed, isUntested }) => ({
      platform,
      digest: packed.manifest.digest,
      isUntested,
    })),
  });
  const members = platforms
    .filter(({ isUntested }) => !isUntested)
    .map(({ packed }) => subjectOf(shipment, packed.manifest.digest));
  const subject = subjectOf(shipment, manifest.digest);
  return { predicateType, text: renderStatement({ subject, members, predicateType, predicate }) };
}

function subjectOf({ repository }: Pick<Shipment, 'repository'>, digest: Digest): StatementSubject {
  return { name: repository.address.repository, digest };
}

/** The cases behind each pass that opened the gate for a platform, from where they are kept. */
export async function readTestedSuites(
  { step, context, image, results }: Shipment,
  { platform, built }: PlatformImage,
): Promise<readonly TestedSuite[]> {
  const needed = suitesOf(image)
    .map((suite) => ({ suite, need: testStepId(image, platform, suite) }))
    .filter(({ need }) => step.needs.includes(need));
  return await Promise.all(
    needed.map(async ({ suite, need }) => {
      const key = results.get(need)?.key;
      const pass =
        key !== undefined && isDigest(key) ? await context.history.findPass(key) : undefined;
      if (pass?.cases === undefined || pass.imageId !== built.imageId)
        throw new PipelineError('NOT_TESTED', `${need} left no record of what it found`);
      const { image: _, ...inputs } = pass.inputs;
      return { suite, inputs, testedAt: pass.at, cases: pass.cases };
    }),
  );
}

async function testResultOf(
  { step, context }: Shipment,
  found: Pick<TestResultSource, 'suites' | 'platforms'>,
): Promise<object> {
  const { info } = context.engine;
  const result = toTestResult({
    ...found,
    config: await configOf(context),
    tool: { version: context.version },
    engine: {
      product: info.product,
      version: info.version,
      os: info.platform.os,
      architecture: info.platform.architecture,
    },
    run: { id: context.runId, url: context.ci.url },
  });
  if (result !== undefined) return result;
  throw new PipelineError('NOT_TESTED', `${step.image} has no case that says anything`);
}

async function configOf({
  project,
}: RunContext): Promise<
  { readonly name: string; readonly digest: ReturnType<typeof digestOf> } | undefined
> {
  if (project.configFile === undefined) return undefined;
  return {
    name: relative(project.folder, project.configFile),
    digest: digestOf(await readFile(project.configFile)),
  };
}

async function provenanceOf(build: PackedBuild): Promise<object> {
  const { built, shipment } = build;
  const { context, image, results } = shipment;
  const { ci, project, engine } = context;
  const platform = parsePlatform(build.platform) ?? engine.info.platform;
  return toProvenance({
    build: {
      image: image.name,
      context: relative(project.folder, image.contextFolder) || '.',
      dockerfile: relative(project.folder, image.dockerfilePath),
      target: image.target,
      platform: renderPlatform(platform),
      args: publicArgs(image),
    },
    imageId: built.imageId,
    manifest: build.packed.origin,
    bases: await baseImagesOf(image, { context, results, platform }),
    git: await commitOf(build),
    builder: {
      provider: ci.provider,
      version: context.version,
      engine: `${engine.info.product} ${engine.info.version}`,
    },
    run: { id: context.runId, url: ci.url },
    finishedAt: context.clock.now().toISOString(),
  });
}

/**
 * The commit that the image was built from: its own label knows better than the checkout, for an image that
 * did not change is not built again.
 */
async function commitOf({
  shipment: { context },
  built,
}: PackedBuild): Promise<Parameters<typeof toProvenance>[0]['git']> {
  const { ci, engine } = context;
  const record = await engine.images.inspect(built.imageId);
  const label = record?.config.labels['org.opencontainers.image.revision'];
  const [, revision, dirty] = /^([a-f0-9]{40,64})(-dirty)?$/u.exec(label ?? '') ?? [];
  const commit = revision ?? ci.commit;
  if (commit === undefined) return undefined;
  const isCheckout = commit === ci.commit;
  return {
    source: ci.source,
    commit,
    ref: isCheckout ? (ci.tag ?? ci.branch) : undefined,
    isDirty: revision === undefined ? ci.isDirty === true : dirty !== undefined,
  };
}

/** Attestations are for everybody: an argument that looks like a secret is named, and no more. */
function publicArgs({ args }: ProjectImage): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => {
      if (typeof value !== 'string') return [name, `image ${value.image}`];
      return [name, looksSecret(name) ? '***' : value];
    }),
  );
}

async function sbomOf(
  { packed, shipment }: PackedBuild,
  subject: StatementSubject,
): Promise<object> {
  const { context, store } = shipment;
  return toCycloneDx({
    image: subject,
    found: await readImagePackages(packed, {
      store,
      signal: context.signal,
      open: async (layer) => await openLayer(shipment, packed, layer),
    }),
    tool: { version: context.version },
    madeAt: context.clock.now().toISOString(),
  });
}

/** What the engine pushed is in the repository alone. */
async function openLayer(
  { store, repository }: Shipment,
  { origin }: PackedImage,
  { digest, sizeBytes }: PackedLayer,
): Promise<Readable> {
  if (origin !== 'pushed') return store.open(digest);
  const blob = await repository.blobs.read(digest, sizeBytes);
  if (blob !== undefined) return blob.stream;
  throw new PipelineError(
    'IMAGE_VANISHED',
    `${repository.address.repository} no longer has the layer ${digest} that the engine pushed`,
  );
}
