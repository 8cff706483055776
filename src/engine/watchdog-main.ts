/**
 * The program of the watchdog. It waits on its stdin with nothing loaded but Node; the engine client is
 * imported only when there is something to clean up.
 */
import { createInterface } from 'node:readline';
import { processEnvironment } from '../host/environment.ts';
import type { OwnedGroup } from './process-groups.ts';
import type { WatchdogMessage } from './watchdog-message.ts';

/** After the scope's process is gone, this long at most. */
const MAX_LIFE_MS = 60_000;
/** An object that was being made when the process was killed appears a moment later. */
const PAUSES_MS = [0, 200, 500, 1500] as const;
/** Between tries when the engine does not answer. */
const RETRY_MS = 1000;

const groups = new Map<number, OwnedGroup>();
const folders = new Set<string>();
/** What finds the objects of the scope: with none, every object would be found. */
const filters = process.argv.slice(2);

// Ctrl-C is meant for the run; what is left of it is cleaned up here.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

for await (const line of createInterface({ input: process.stdin })) {
  const message = parse(line);
  if (message !== undefined) receive(message);
}
await cleanUp();

/** Absent for the last line of a writer that was killed in the middle of it. */
function parse(line: string): WatchdogMessage | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isMessage(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The writer is our own scope, of the same version: more than this need not be asked. */
function isMessage(value: unknown): value is WatchdogMessage {
  return typeof value === 'object' && value !== null;
}

function receive(message: WatchdogMessage): void {
  if ('bye' in message) process.exit(0);
  if ('own' in message) groups.set(message.own.pgid, message.own);
  if ('forget' in message) groups.delete(message.forget);
  if ('folder' in message) folders.add(message.folder);
}

async function cleanUp(): Promise<void> {
  if (filters.length === 0) process.exit(1);
  setTimeout(() => process.exit(1), MAX_LIFE_MS);
  const [{ killGroup }, { removeFolder }, { killTenants }] = await Promise.all([
    import('./process-groups.ts'),
    import('./temporary-folders.ts'),
    import('./tenants.ts'),
  ]);
  for (const group of groups.values()) killGroup(group);
  for (const pauseMs of PAUSES_MS) {
    await pause(pauseMs);
    await killTenants([...folders]);
    await removeObjects();
    await Promise.all([...folders].map((path) => removeFolder(path).catch(() => undefined)));
  }
  process.exit(0);
}

/**
 * Nobody is there to be told when the engine fails. It is tried until the time is up; the next run's sweep does
 * the rest.
 */
async function removeObjects(): Promise<void> {
  const [{ connectEngine }, { removeLabelled }] = await Promise.all([
    import('./connect.ts'),
    import('./removal.ts'),
  ]);
  for (;;) {
    try {
      const engine = await connectEngine({ env: processEnvironment() });
      const remnants = await removeLabelled(engine.objects, filters);
      if (remnants.length === 0) return;
    } catch {
      // Tried again below.
    }
    await pause(RETRY_MS);
  }
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
