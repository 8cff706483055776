import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { looksSecret } from '../build/secret-args.ts';
import { toProvenance } from '../evidence/provenance.ts';
import { toCycloneDx } from '../evidence/sbom/cyclonedx.ts';
import { predicateTypes, renderStatement, type StatementSubject } from '../evidence/statement.ts';
import { toTestResult, type TestedSuite } from '../evidence/test-result.ts';
import { digestOf, isDigest } from '../kernel/digest.ts';
import { parsePlatform, renderPlatform } from '../kernel/platform.ts';
import type { PlannedStep } from '../kernel/run-events.ts';
import type { Repository } from '../registry/contract.ts';
import type { PackedImage } from '../ship/packed-image.ts';
import type { BlobStore } from '../ship/store.ts';
import { baseImagesOf } from './base-images.ts';
import { PipelineError } from './errors.ts';
import { readImagePackages } from './image-packages.ts';
import type { ProjectImage } from './project.ts';
import type { RunContext, StepResults } from './run-context.ts';
import type { BuiltImage } from './test-step.ts';

/** An image that is packed and tested, and is about to be shipped. */
export interface TestedImage {
  readonly step: PlannedStep;
  readonly context: RunContext;
  readonly image: ProjectImage;
  readonly built: BuiltImage;
  readonly results: StepResults;
  readonly packed: PackedImage;
  readonly store: BlobStore;
  /** Has the image under its digest. */
  readonly repository: Repository;
}

/** What allows the tags to move. */
export interface Attested {
  readonly isSigned: boolean;
  /** One clause, for the record of the promotion. */
  readonly evidence: string;
}

export interface UnsignedStatement {
  readonly predicateType: string;
  readonly text: string;
}

/**
 * What this run knows of an image, each as one statement about its digest. The test result comes last: once it
 * is attached, all of them are.
 */
export async function makeStatements(
  tested: TestedImage,
  subject: StatementSubject,
  suites: readonly TestedSuite[],
): Promise<readonly UnsignedStatement[]> {
  const [sbom, provenance, testResult] = await Promise.all([
    sbomOf(tested, subject),
    provenanceOf(tested),
    testResultOf(tested, suites),
  ]);
  const predicates = [
    [predicateTypes.sbom, sbom],
    [predicateTypes.provenance, provenance],
    [predicateTypes.testResult, testResult],
  ] as const;
  return predicates.map(([predicateType, predicate]) => ({
    predicateType,
    text: renderStatement({ subject, predicateType, predicate }),
  }));
}

/** What the statements of an image are about. */
export function subjectOf({
  repository,
  packed,
}: Pick<TestedImage, 'repository' | 'packed'>): StatementSubject {
  return { name: repository.address.repository, digest: packed.manifest.digest };
}

/** The cases behind each pass that opened the gate, from where they are kept. */
export async function readTestedSuites({
  step,
  context,
  built,
  results,
}: Pick<TestedImage, 'step' | 'context' | 'built' | 'results'>): Promise<readonly TestedSuite[]> {
  const prefix = `test:${step.image}:`;
  return await Promise.all(
    step.needs
      .filter((need) => need.startsWith(prefix))
      .map(async (need) => {
        const key = results.get(need)?.key;
        const pass =
          key !== undefined && isDigest(key) ? await context.history.findPass(key) : undefined;
        if (pass?.cases === undefined || pass.imageId !== built.imageId)
          throw new PipelineError('NOT_TESTED', `${need} left no record of what it found`);
        const { image: _, ...inputs } = pass.inputs;
        return { suite: need.slice(prefix.length), inputs, testedAt: pass.at, cases: pass.cases };
      }),
  );
}

async function testResultOf(
  { step, context }: TestedImage,
  suites: readonly TestedSuite[],
): Promise<object> {
  const { info } = context.engine;
  const result = toTestResult({
    suites,
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

async function provenanceOf(tested: TestedImage): Promise<object> {
  const { context, image, built, step, results } = tested;
  const { ci, project, engine } = context;
  const platform = parsePlatform(step.platform) ?? engine.info.platform;
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
    bases: await baseImagesOf(image, { context, results, platform }),
    git: await commitOf(tested),
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
  context,
  built,
}: TestedImage): Promise<Parameters<typeof toProvenance>[0]['git']> {
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
  { context, packed, store }: TestedImage,
  subject: StatementSubject,
): Promise<object> {
  return toCycloneDx({
    image: subject,
    found: await readImagePackages(packed, store, context.signal),
    tool: { version: context.version },
    madeAt: context.clock.now().toISOString(),
  });
}
