import { readySchema } from '../../config/schema.ts';
import { comeUp } from './come-up.ts';
import { shortDigest } from '../../kernel/digest.ts';
import { firstEntryOf } from './container-files.ts';
import { programFoldersOf } from './image/programs.ts';
import type { Lines } from './lines.ts';
import type { OverrideRun } from './runs.ts';

/** Whoever hands over to `echo` does it at once; whoever does not may never end. */
const ENDS_WITHIN = '10s';
const LOG_LINES = 50;

/**
 * A container that is asked for `echo` instead of the image's CMD, as official images promise to do.
 * @see https://github.com/docker-library/official-images/blob/master/test/tests/override-cmd/run.sh
 */
export async function runOverrideLine({ trial, yard, ledger }: Lines): Promise<void> {
  const { containers } = trial.scope.engine;
  ledger.begin('override');
  const asked = `hello from ${shortDigest(trial.subject.image.record.id)}`;
  const containerId = await yard.createContainer(
    'override',
    {},
    {
      command: ['echo', asked],
    },
  );
  const run: OverrideRun = { asked, outcome: undefined, log: '' };
  if (!(await hasEcho(trial.scope.engine, containerId, programFoldersOf(trial.subject)))) {
    await ledger.judge('override', run);
    return;
  }
  const { image } = trial.subject;
  const ready = readySchema.parse({ exit: 0, timeout: ENDS_WITHIN });
  const subject = { ...trial.subject, image: { ...image, profile: { ...image.profile, ready } } };
  const outcome = await comeUp({ ...trial, subject }, containerId);
  const log = await containers.logs(containerId, { tail: LOG_LINES });
  await ledger.judge('override', { ...run, outcome, log });
}

/** Looked for in the container that was made and not yet started. */
async function hasEcho(
  engine: Lines['trial']['scope']['engine'],
  containerId: string,
  folders: readonly string[],
): Promise<boolean> {
  for (const folder of folders) {
    const entry = await firstEntryOf(engine, containerId, `${folder}/echo`);
    if (entry !== undefined && entry.header.type !== 'directory') return true;
  }
  return false;
}
