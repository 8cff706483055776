import { randomBytes } from 'node:crypto';
import type { Clock } from '../host/clock.ts';

const RUN_ID = /^\d{8}-\d{6}-[0-9a-f]{4}$/u;

/**
 * A new run id, `20261124-101530-4f2a`: UTC time to the second, so that ids sort by age, and a random part
 * for runs that start within one second.
 */
export function createRunId(clock: Clock, random: Uint8Array = randomBytes(2)): string {
  const [date, time] = clock.now().toISOString().slice(0, 19).split('T');
  const suffix = Buffer.from(random).toString('hex').slice(0, 4).padStart(4, '0');
  return `${(date ?? '').replaceAll('-', '')}-${(time ?? '').replaceAll(':', '')}-${suffix}`;
}

/** Whether `text` is a whole run id, and so safe as the name of a folder. */
export function isRunId(text: string): boolean {
  return RUN_ID.test(text);
}
