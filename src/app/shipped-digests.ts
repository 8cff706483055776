import type { Clock } from '../host/clock.ts';
import { readTextIfThere } from '../host/files.ts';
import { parseLine } from '../history/read-events.ts';
import { listRuns } from '../history/runs.ts';
import { isDigest, type Digest } from '../kernel/digest.ts';

/**
 * Digests that runs in this folder moved tags of a repository to, from their logs: they lead to records that no
 * tag leads to any more. Empty where there was no run.
 */
export async function readShippedDigests(
  place: { readonly folder: string; readonly clock: Clock },
  repository: string,
): Promise<readonly Digest[]> {
  const found = new Set<Digest>();
  for (const { eventsPath } of await listRuns(place)) {
    const lines = ((await readTextIfThere(eventsPath)) ?? '').split('\n');
    for (const [index, text] of lines.entries()) {
      if (!text.includes('"effect.done"')) continue;
      const isWhole = index < lines.length - 1;
      const event = parseLine(text, { path: eventsPath, number: index + 1, isWhole });
      if (event?.type !== 'effect.done' || event.effect !== 'tag') continue;
      const { repository: at, to } = event.details;
      if (at === repository && typeof to === 'string' && isDigest(to)) found.add(to);
    }
  }
  return [...found];
}
