import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { z } from 'zod';
import { collectBundles } from '../../src/evidence/collect.ts';
import { recordName } from '../../src/host/fault-point.ts';
import { digestOf, isDigest, type Digest } from '../../src/kernel/digest.ts';
import type { RunEvent } from '../../src/kernel/run-events.ts';
import { parseManifest } from '../../src/registry/manifest-document.ts';
import type { WireManifest } from '../../src/registry/wire.ts';
import { CLEAN_WITHIN_MS, expectClean } from './after-kill.ts';
import { passedImageOf, type CrashRun, type CrashSite } from './crash-run.ts';
import type { Exchange } from './recorded-registry.ts';
import { draftsOf } from './remains.ts';
import { FOREIGN_TAG, type ShipTarget } from './ship-target.ts';

/** The configuration of what is no image. */
const EMPTY = digestOf('{}');

/** What holds after a run was killed, at whatever record. */
export async function expectHeld(site: CrashSite, run: CrashRun): Promise<void> {
  expectKilledThere(run);
  await expectTestedTags(site, run);
  if (site.isTested !== true) expectNothingSentUntested(run);
  expectReadBack(run);
  // G4, G6: what the run before had left had the time of this one to go.
  if (run.stillLeft.length > 0)
    await expectClean(site, {
      withinMs: CLEAN_WITHIN_MS,
      isOurs: (line) => run.stillLeft.includes(line),
    });
}

function expectKilledThere({ point = '', events }: CrashRun): void {
  const names = events.map((event) => recordName(event));
  if (point.endsWith(':after')) expect(`${names.at(-1) ?? ''}:after`).toBe(point);
  else expect(names.map((name) => `${name}:before`)).not.toContain(point);
}

/** G1, G4: a tag is where it was, or at an image whose suites passed; one of others is where it was. */
async function expectTestedTags(
  { proven, target }: CrashSite,
  { point = '', before, after }: CrashRun,
): Promise<void> {
  const moved = Object.keys(after).filter((tag) => after[tag] !== before[tag]);
  expect(moved, point).not.toContain(FOREIGN_TAG);
  for (const tag of moved) {
    const document = await readDocument(target, after[tag] ?? '');
    expect([...proven], `${point} ${tag}`).toContain(document?.config?.digest);
  }
}

/** G2: nothing goes to the registry before all suites passed. What goes there later, `endOf` looks at. */
function expectNothingSentUntested({ point, events, exchanges }: CrashRun): void {
  if (events.some((event) => passedImageOf(event) !== undefined)) return;
  expect(exchanges.filter(isWrite), point).toEqual([]);
}

/** G3: what the journal calls done was written and then read back as written, in this run. */
function expectReadBack({ point, events, exchanges }: CrashRun): void {
  const confirmed = exchanges
    .filter((put, index) => {
      const later = exchanges.slice(index + 1);
      return isManifestPut(put) && later.some((get) => isReadBackOf(put, get));
    })
    .map(({ path, digest }) => `${path.slice(path.lastIndexOf('/') + 1)} is ${digest}`);
  const done = events.filter((event) => event.type === 'effect.done');
  const named = new Set(done.flatMap((event) => namedBy(event)));
  for (const event of done) {
    const at = `${point ?? 'to the end'}: ${recordName(event)}`;
    if (event.effect !== 'record')
      expect(confirmed, at).toEqual(expect.arrayContaining(namedBy(event)));
    // Which manifest holds a record of a promotion, the journal does not say: one that no other effect names.
    else
      expect(
        confirmed.filter((each) => !named.has(each)),
        at,
      ).not.toEqual([]);
  }
}

/** What an effect must have written to the registry; of a record the image that it is about. */
function namedBy({ details }: RunEvent & { type: 'effect.done' }): string[] {
  const { tag, to, digest, attestations } = effectSchema.parse(details);
  if (tag !== undefined) return [`${tag} is ${String(to)}`];
  const digests = attestations ?? [digest];
  return digests.map((each) => `${String(each)} is ${String(each)}`);
}

const effectSchema = z.object({
  tag: z.string().optional(),
  to: z.string().nullish(),
  digest: z.string().optional(),
  attestations: z.array(z.string()).optional(),
});

function isManifestPut({ method, path, status }: Exchange): boolean {
  return method === 'PUT' && path.includes('/manifests/') && status === 201;
}

function isReadBackOf(put: Exchange, get: Exchange): boolean {
  return get.method === 'GET' && get.path === put.path && get.digest === put.digest;
}

function isWrite({ method }: Exchange): boolean {
  return method !== 'GET' && method !== 'HEAD';
}

/** How a run ended, in words that do not depend on the image: equal for any two that nobody killed. */
export interface EndState {
  readonly exitCode: number | null;
  /** `tested`, `old`, or a digest that should not be there. */
  readonly tags: Readonly<Record<string, string>>;
  /** Types of the statements about the image that the tags are at; by hand one may be made twice. */
  readonly evidence: readonly string[];
  /** Half-written files and locks in the state folder. */
  readonly drafts: readonly string[];
}

/** The end of a run that nobody killed. Everything that was sent so far is looked at, and nothing may be left. */
export async function endOf(site: CrashSite, run: CrashRun): Promise<EndState> {
  const { target, project } = site;
  const [first = ''] = target.tags;
  const tested = z.custom<Digest>().parse(run.after[first]);
  const words = new Map<string, string>([
    [target.old, 'old'],
    [tested, 'tested'],
  ]);
  await expectTestedTags(site, run);
  expectReadBack(run);
  await expectTestedBytes(site, tested);
  await expectClean(site, { withinMs: CLEAN_WITHIN_MS });
  const { bundles } = await collectBundles(target.repository, tested);
  const evidence = bundles.map(({ statement }) => statement.predicateType).toSorted();
  return {
    exitCode: run.exitCode,
    tags: Object.fromEntries(
      Object.entries(run.after).map(([tag, digest]) => [tag, words.get(digest) ?? digest]),
    ),
    evidence: site.isTested === true ? [...new Set(evidence)] : evidence,
    drafts: await draftsOf(project),
  };
}

/**
 * G2 of all runs since the last end: each blob that was sent belongs to the image of the tags or to what is said of
 * it, and that is the tested one down to its layers.
 */
async function expectTestedBytes({ target, proven }: CrashSite, tested: Digest): Promise<void> {
  const image = await readDocument(target, tested);
  const config = image?.config?.digest ?? '';
  const layers = image?.layers?.map(({ digest }) => digest) ?? [];
  const { bundles } = await collectBundles(target.repository, tested);
  const statements = await Promise.all(
    bundles.map(async ({ attestation }) => await readDocument(target, attestation)),
  );
  const known = new Set([
    EMPTY,
    config,
    ...layers,
    ...statements.flatMap((each) => each?.layers?.map(({ digest }) => digest) ?? []),
  ]);
  expect(target.sentBlobs.splice(0).filter((blob) => !known.has(blob))).toEqual([]);

  const { rootfs } = configSchema.parse(JSON.parse(String(await readBlob(target, config))));
  const unpacked = await Promise.all(
    layers.map(async (layer) => digestOf(gunzipSync(await readBlob(target, layer)))),
  );
  expect([...proven]).toContain(config);
  expect(unpacked).toEqual(rootfs.diff_ids);
}

const configSchema = z.object({ rootfs: z.object({ diff_ids: z.array(z.string()) }) });

async function readDocument(
  { repository }: ShipTarget,
  digest: string,
): Promise<WireManifest | undefined> {
  const manifest = await repository.manifests.read(digest);
  const parsed = manifest && parseManifest(manifest.bytes, manifest.mediaType);
  return parsed?.ok === true ? parsed.document : undefined;
}

async function readBlob({ repository }: ShipTarget, digest: string): Promise<Buffer> {
  const blob = isDigest(digest) ? await repository.blobs.read(digest) : undefined;
  if (blob === undefined) throw new Error(`the registry has no blob ${digest}`);
  return await buffer(blob.stream);
}
