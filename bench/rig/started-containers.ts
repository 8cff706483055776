import { callEngine } from './raw-engine.ts';

/** What the engine itself remembers of containers that it started with the label of a run. Times in ISO 8601. */
export async function startedContainers(
  runId: string,
  { since, until }: { readonly since: string; readonly until: string },
): Promise<number> {
  const filters = { type: ['container'], event: ['start'], label: [`seatrial.run=${runId}`] };
  const query = new URLSearchParams({
    since: seconds(since),
    until: seconds(until),
    filters: JSON.stringify(filters),
  });
  const { body } = await callEngine('GET', `/events?${query.toString()}`);
  return body.split('\n').filter((line) => line !== '').length;
}

function seconds(iso: string): string {
  return (Date.parse(iso) / 1000).toFixed(3);
}
