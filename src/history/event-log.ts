import { appendFileSync, closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Clock } from '../host/clock.ts';
import { reachFaultPoint } from '../host/fault-point.ts';
import { systemCodeOf } from '../kernel/errors.ts';
import {
  EVENT_VERSION,
  type Emit,
  type RunEvent,
  type RunEventBody,
} from '../kernel/run-events.ts';
import { HistoryError } from './errors.ts';
import { writeOwner } from './run-owner.ts';

export const EVENTS_FILE = 'events.jsonl';

export interface EventLogOptions {
  /** Folder of the run, `<project>/.seatrial/runs/<run id>`. Must not exist; its parents are made. */
  readonly folder: string;
  readonly clock: Clock;
  /**
   * Turns what a room emits into what is written and told: redaction. May hold text back and give it out
   * with a later event. @default every event as it is
   */
  readonly filter?: ((event: RunEventBody) => readonly RunEventBody[]) | undefined;
  /** Told once, when the log can no longer be written: the run should be cancelled. */
  readonly onFailure?: ((error: HistoryError) => void) | undefined;
}

export type EventListener = (event: RunEvent) => void;

export interface EventLog extends AsyncDisposable {
  /** The file that the events are in. */
  readonly path: string;
  /**
   * Appends. `effect.intent`, `effect.done` and `run.finished` are on the disk when it returns; the others
   * follow within the same turn of the event loop. After `close` events are dropped.
   * @throws {HistoryError} EVENT_LOG_UNWRITABLE for an `effect.intent` that is not on the disk: the effect
   * must not happen. Never throws for another event.
   */
  readonly emit: Emit;
  /** Told each event in order, after it was accepted. A listener that throws is removed. */
  readonly listeners: Set<EventListener>;
  /**
   * Writes what is left. Safe to call twice.
   * @throws {HistoryError} EVENT_LOG_UNWRITABLE when an event was lost
   * @throws whatever a listener threw
   */
  close(): Promise<void>;
}

const DURABLE: ReadonlySet<RunEventBody['type']> = new Set([
  'effect.intent',
  'effect.done',
  'run.finished',
]);

/**
 * Starts the log of a new run.
 * @throws {HistoryError} RUN_EXISTS when the folder is there, EVENT_LOG_UNWRITABLE when it cannot be made
 */
export function openEventLog(options: EventLogOptions): EventLog {
  const file = createLogFile(options.folder);
  const listeners = new Set<EventListener>();
  const listenerErrors: unknown[] = [];
  const pending: RunEvent[] = [];
  let seq = 0;
  let isTelling = false;
  let isClosed = false;

  const accept = (body: RunEventBody): void => {
    seq += 1;
    const event = {
      v: EVENT_VERSION,
      seq,
      at: options.clock.now().toISOString(),
      ...body,
    } as const;
    file.append(event);
    pending.push(event);
  };

  /** A queue, because a listener may emit: every listener still sees one order. */
  const tell = (): void => {
    if (isTelling) return;
    isTelling = true;
    for (let event = pending.shift(); event !== undefined; event = pending.shift()) {
      for (const listener of listeners) {
        try {
          listener(event);
        } catch (error) {
          listeners.delete(listener);
          listenerErrors.push(error);
        }
      }
    }
    isTelling = false;
  };

  const emit: Emit = (body) => {
    if (!isClosed) {
      reachFaultPoint(body, 'before');
      for (const each of options.filter?.(body) ?? [body]) accept(each);
      if (DURABLE.has(body.type)) file.flush({ isDurable: true });
      reachFaultPoint(body, 'after', () => file.flush({ isDurable: true }));
      const failure = file.takeNewFailure();
      if (failure !== undefined) options.onFailure?.(failure);
      tell();
    }
    if (body.type === 'effect.intent') file.assertWritten(isClosed);
  };

  const close = async (): Promise<void> => {
    if (isClosed) return;
    isClosed = true;
    file.close();
    file.assertWritten(false);
    if (listenerErrors.length > 0) throw listenerErrors[0];
  };

  return { path: file.path, emit, listeners, close, [Symbol.asyncDispose]: close };
}

interface LogFile {
  readonly path: string;
  append(event: RunEvent): void;
  flush(how: { readonly isDurable: boolean }): void;
  takeNewFailure(): HistoryError | undefined;
  assertWritten(isClosed: boolean): void;
  close(): void;
}

function createLogFile(folder: string): LogFile {
  const path = join(folder, EVENTS_FILE);
  const descriptor = createFile(folder, path);
  let lines: string[] = [];
  let flushTimer: NodeJS.Immediate | undefined;
  let failure: HistoryError | undefined;
  let isFailureTaken = false;
  let isNameDurable = false;

  const attempt = (write: () => void): void => {
    // After a failed write the last line may be torn: nothing may follow it.
    if (failure !== undefined) return;
    try {
      write();
    } catch (error) {
      failure = unwritable(path, error);
    }
  };

  const flush = ({ isDurable }: { readonly isDurable: boolean }): void => {
    clearImmediate(flushTimer);
    flushTimer = undefined;
    const text = lines.join('');
    lines = [];
    attempt(() => {
      if (text !== '') appendFileSync(descriptor, text);
      if (!isDurable) return;
      fsyncSync(descriptor);
      if (!isNameDurable) syncNames(folder);
      isNameDurable = true;
    });
  };

  return {
    path,
    append: (event) => {
      attempt(() => lines.push(`${JSON.stringify(event)}\n`));
      flushTimer ??= setImmediate(flush, { isDurable: false });
    },
    flush,
    takeNewFailure: () => {
      if (isFailureTaken || failure === undefined) return undefined;
      isFailureTaken = true;
      return failure;
    },
    assertWritten: (isClosed) => {
      if (failure !== undefined) throw failure;
      if (isClosed) throw unwritable(path, new Error('the log of this run is closed'));
    },
    close: () => {
      flush({ isDurable: false });
      closeSync(descriptor);
    },
  };
}

function createFile(folder: string, path: string): number {
  try {
    mkdirSync(dirname(folder), { recursive: true });
    createFolder(folder);
    writeOwner(folder);
    return openSync(path, 'ax', 0o644);
  } catch (error) {
    if (error instanceof HistoryError) throw error;
    throw unwritable(path, error);
  }
}

function createFolder(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (systemCodeOf(error) !== 'EEXIST') throw error;
    throw new HistoryError('RUN_EXISTS', `A run is in ${folder} already.`, { cause: error });
  }
}

/** The file's name, and the run's, survive a power cut only once their folders are on the disk. */
function syncNames(folder: string): void {
  for (const each of [folder, dirname(folder), dirname(dirname(folder))]) {
    const descriptor = openSync(each, 'r');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  }
}

function unwritable(path: string, cause: unknown): HistoryError {
  return new HistoryError('EVENT_LOG_UNWRITABLE', `The event log ${path} cannot be written.`, {
    cause,
    details: { path },
  });
}
