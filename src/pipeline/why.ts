import type { PassRecord } from '../history/results.ts';
import { compareInputs, type ContentKey } from '../kernel/content-key.ts';

const CHANGES_NAMED = 3;

/** Why a step has to be done, from the inputs of its last run: names what changed. */
export function whyTodo(last: PassRecord['inputs'] | undefined, key: ContentKey): string {
  if (last === undefined) return 'first time';
  const all = compareInputs(last, key.inputs);
  // An entry of the context says what "context changed" says, and which.
  const hasEntry = all.some(({ input }) => input.startsWith('context:'));
  const changes = all.filter(({ input }) => !(hasEntry && input === 'context'));
  if (changes.length === 0) return 'did not pass last time';
  const named = changes
    .slice(0, CHANGES_NAMED)
    .map(({ input, change }) => `${input} ${change}`)
    .join(', ');
  const more = changes.length - CHANGES_NAMED;
  return more > 0 ? `${named} and ${more} more` : named;
}

/** Where an earlier pass comes from. */
export function whyDone(pass: PassRecord): string {
  return `passed ${pass.at.slice(0, 16).replace('T', ' ')} UTC in run ${pass.runId}`;
}
