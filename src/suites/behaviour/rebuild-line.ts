import type { EngineImages, ImageRecord } from '../../engine/contract.ts';
import { compareFiles, compareSettings } from '../../evidence/image-changes.ts';
import { readContents } from '../../evidence/image-contents.ts';
import type { Ledger } from './ledger.ts';
import { isOfBuilder } from './rebuild-causes.ts';
import type { RebuildRun } from './runs.ts';
import type { Trial } from './trial.ts';

/** Builds the image twice, one after the other, and holds both against each other; nothing unless that was asked. */
export async function judgeRebuilds({
  ledger,
  trial,
}: {
  readonly ledger: Ledger;
  readonly trial: Trial;
}): Promise<void> {
  const { signal, scope, subject } = trial;
  const { rebuild } = subject.image;
  if (rebuild === undefined || !ledger.isOpen('rebuild')) return;
  ledger.begin('rebuild');
  try {
    const [first, second] = [await rebuild(), await rebuild()];
    await ledger.judge('rebuild', await compare(scope.engine.images, [first, second], signal));
  } catch (error) {
    signal.throwIfAborted();
    ledger.lose(error, 'rebuild');
  }
}

async function compare(
  images: EngineImages,
  [first, second]: readonly [ImageRecord, ImageRecord],
  signal: AbortSignal,
): Promise<RebuildRun> {
  if (first.id === second.id) return { isIdentical: true, settings: [], files: [] };
  const before = await readContents(images, first, signal);
  const after = await readContents(images, second, signal);
  // Only names are told.
  const settings = compareSettings(first.config, second.config, () => true);
  return {
    isIdentical: false,
    settings: settings.map(({ name }) => name),
    files: compareFiles(before.files, after.files, isOfBuilder),
  };
}
