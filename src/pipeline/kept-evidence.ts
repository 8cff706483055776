import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { BundleToAttach } from '../evidence/attestation-manifest.ts';
import { nameOfType } from '../evidence/statement.ts';
import { readTextIfThere, writeFileAtomically } from '../host/files.ts';
import { hexOf, type Digest } from '../kernel/digest.ts';
import { systemCodeOf } from '../kernel/errors.ts';

/** What a folder of evidence is about. */
export interface EvidencePlace {
  /** `<project>/.seatrial`. */
  readonly stateFolder: string;
  readonly digest: Digest;
  /** Of the test plan. */
  readonly plan: Digest;
}

const indexSchema = z.array(
  z.object({ file: z.string(), predicateType: z.string(), createdAt: z.string() }),
);
const INDEX = 'index.json';

export function evidenceFolder({ stateFolder, digest, plan }: EvidencePlace): string {
  return join(stateFolder, 'evidence', hexOf(digest), hexOf(plan));
}

/**
 * Keeps signed bundles before anything is attached. Signing the same twice gives two signatures, so a run that
 * died in between must find the bytes of the first.
 */
export async function keepBundles(
  place: EvidencePlace,
  bundles: readonly BundleToAttach[],
): Promise<void> {
  const folder = evidenceFolder(place);
  const index: z.infer<typeof indexSchema> = [];
  for (const { bundle, predicateType, createdAt } of bundles) {
    const file = `${fileName(predicateType)}.sigstore.json`;
    await writeFileAtomically(join(folder, file), bundle);
    index.push({ file, predicateType, createdAt });
  }
  // Last: what it lists is whole.
  await writeFileAtomically(join(folder, INDEX), JSON.stringify(index, null, 2));
}

const FOLDERS_KEPT = 50;

/** Evidence that was attached is in the registry: only the newest is worth its place here. */
export async function pruneEvidence(stateFolder: string): Promise<void> {
  const root = join(stateFolder, 'evidence');
  const names = (await ifThere(readdir(root))) ?? [];
  if (names.length <= FOLDERS_KEPT) return;
  const dated = await Promise.all(
    names.map(async (name) => ({
      name,
      // Another run may remove the same at the same time.
      writtenMs: (await ifThere(stat(join(root, name))))?.mtimeMs ?? 0,
    })),
  );
  const old = dated.toSorted((a, b) => b.writtenMs - a.writtenMs).slice(FOLDERS_KEPT);
  await Promise.all(
    old.map(async ({ name }) => await rm(join(root, name), { recursive: true, force: true })),
  );
}

async function ifThere<Found>(work: Promise<Found>): Promise<Found | undefined> {
  try {
    return await work;
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Everything that was kept for this image and plan, in the order of signing; absent unless all of it is there. */
export async function readKeptBundles(
  place: EvidencePlace,
): Promise<readonly BundleToAttach[] | undefined> {
  const folder = evidenceFolder(place);
  const index = parseIndex(await readTextIfThere(join(folder, INDEX)));
  if (index === undefined) return undefined;
  const bundles: BundleToAttach[] = [];
  for (const { file, predicateType, createdAt } of index) {
    if (file !== `${fileName(predicateType)}.sigstore.json`) return undefined;
    const bundle = await readTextIfThere(join(folder, file));
    if (bundle === undefined) return undefined;
    bundles.push({ bundle, predicateType, createdAt });
  }
  return bundles;
}

/** Keeps statements that nobody signed, for people. They are never attached. */
export async function keepStatements(
  place: EvidencePlace,
  statements: readonly { readonly predicateType: string; readonly text: string }[],
): Promise<void> {
  for (const { predicateType, text } of statements)
    await writeFileAtomically(
      join(evidenceFolder(place), `${fileName(predicateType)}.unsigned.json`),
      text,
    );
}

function fileName(predicateType: string): string {
  return nameOfType(predicateType).replaceAll(/[^a-z0-9-]/giu, '-');
}

function parseIndex(text: string | undefined): z.infer<typeof indexSchema> | undefined {
  if (text === undefined) return undefined;
  try {
    return indexSchema.safeParse(JSON.parse(text)).data;
  } catch (error) {
    // A damaged index is as good as none: everything is signed anew.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
