import { join } from 'node:path';
import { writeFileAtomically } from '../host/files.ts';
import type { StepResults } from '../pipeline/run-context.ts';

/**
 * Notes what the builds of a run made, so that spec files can be run by Vitest alone, in watch mode or from
 * an editor, against the image that was built last.
 */
export async function noteLastImages(stateFolder: string, results: StepResults): Promise<void> {
  const built = [...results].flatMap(([step, { imageId, imageRef }]) =>
    step.startsWith('build:') && imageId !== undefined && imageRef !== undefined
      ? [[step.slice('build:'.length), { ref: imageRef, id: imageId }] as const]
      : [],
  );
  if (built.length === 0) return;
  await writeFileAtomically(
    join(stateFolder, 'last-images.json'),
    `${JSON.stringify(Object.fromEntries(built), null, 2)}\n`,
  );
}
