import type { RunEventBody } from '../kernel/run-events.ts';

/** Asks for a death: `effect.intent ship:app tag latest:after`. Named in no place but this one. */
const VARIABLE = 'SEATRIAL_FAULT_POINT';

/** What a record of the journal is called: its type, and what tells it from the others of its run. */
export function recordName(record: RunEventBody): string {
  return [
    record.type,
    'step' in record ? record.step : undefined,
    'effect' in record ? record.effect : undefined,
    'details' in record ? record.details['tag'] : undefined,
    'case' in record ? record.case.id : undefined,
    'id' in record ? record.id : undefined,
  ]
    .filter((part) => typeof part === 'string')
    .join(' ');
}

/**
 * Ends this process with SIGKILL when it is asked for just here: tests kill a run before and after each record of
 * its journal with it. The published bundle has none of this file: see `withoutFaultPoints` in scripts/bundle.ts.
 */
export function reachFaultPoint(
  record: RunEventBody,
  side: 'before' | 'after',
  writeDown?: () => void,
): void {
  if (process.env[VARIABLE] !== `${recordName(record)}:${side}`) return;
  // Before anybody is told of a record it may still wait for the disk: after it means that it is there.
  writeDown?.();
  process.kill(process.pid, 'SIGKILL');
}
