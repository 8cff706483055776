import { findAddress, type Address } from '../../../engine/route.ts';
import { classify } from '../classify.ts';
import { comeUp } from '../come-up.ts';
import { isEmptyFolder } from '../container-files.ts';
import { measureWritten } from '../measure-written.ts';
import { parseSignal } from '../signals.ts';
import { talkTo } from '../spoken.ts';
import type { StartOutcome } from '../start-outcome.ts';
import { stopContainer } from '../stop-container.ts';
import { exposedTcpPortsOf, volumesOf } from '../subject.ts';
import type { Trial } from '../trial.ts';
import { isAllowed } from '../writes-seen.ts';
import { startYard } from '../yard.ts';
import { watchPorts } from './port-watch.ts';
import type { RecordedEnd, RecordedPort, Recording } from './recording.ts';

export interface RecordRunOptions {
  /** Its signal stays quiet when the recording is over. */
  readonly trial: Trial;
  /** Ends the recording: the container is stopped then. */
  readonly stop: AbortSignal;
  /** Told when it is up, and where it is reached. */
  readonly onUp: (outcome: StartOutcome, addresses: readonly Reached[]) => void;
}

export interface Reached {
  readonly port: number;
  readonly address: Address;
}

const MOST_LOG_CHARS = 64 * 1024;

/** Runs one container until it ends or `stop` aborts, and tells what was seen. It is removed then. */
export async function recordRun({ trial, stop, onUp }: RecordRunOptions): Promise<Recording> {
  const yard = startYard(trial);
  const over = new AbortController();
  const startedMs = trial.clock.monotonicMs();
  try {
    const containerId = await yard.createContainer('record', await yard.createVolumes());
    const signals = watchSignals(trial, containerId, over.signal);
    const outcome = await startOrStop(trial, containerId, stop);
    if (outcome?.state === 'ready') onUp(outcome, await addressesOf(trial, containerId));
    const used = await use({ trial, containerId, stop, signals });
    const ended = await look(trial, containerId);
    return {
      outcome,
      ...(outcome === undefined ? {} : { imageClass: classify(outcome, trial.subject).imageClass }),
      ...used,
      ...ended,
      env: Object.keys(trial.subject.image.profile.run.env),
      durationMs: Math.round(trial.clock.monotonicMs() - startedMs),
    };
  } finally {
    over.abort();
    await yard.clear();
  }
}

/** Absent when the recording was over before. */
async function startOrStop(
  trial: Trial,
  containerId: string,
  stop: AbortSignal,
): Promise<StartOutcome | undefined> {
  try {
    const signal = AbortSignal.any([trial.signal, stop]);
    return await comeUp({ ...trial, signal }, containerId);
  } catch (error) {
    if (stop.aborted) return undefined;
    throw error;
  }
}

async function addressesOf({ scope, subject }: Trial, containerId: string): Promise<Reached[]> {
  const state = await scope.engine.containers.inspect(containerId);
  const ports = exposedTcpPortsOf(subject);
  return ports.flatMap((port) => {
    const address = state && findAddress(scope.engine, state, port);
    return address === undefined ? [] : [{ port, address }];
  });
}

/** Signals that came from outside so far. */
interface SignalWatch {
  readonly sent: readonly string[];
  /** Resolves when the engine has told that the container ended: all signals before that are known then. */
  readonly ended: Promise<void>;
}

function watchSignals(trial: Trial, containerId: string, over: AbortSignal): SignalWatch {
  const sent: string[] = [];
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const onEvent = (action: string, { signal = '' }: Readonly<Record<string, string>>): void => {
    if (action === 'kill') sent.push(parseSignal(signal)?.name ?? signal);
    if (action === 'die') resolve();
  };
  // Without events nothing is known of signals, and all else is seen all the same.
  trial.scope.engine.objects.watch(containerId, onEvent, over).catch(() => resolve());
  return { sent, ended };
}

/** Events come on a line of their own, and may be later than the end that they tell of. */
const EVENTS_WITHIN_MS = 2000;

interface Used {
  readonly ports: readonly RecordedPort[];
  readonly signals: readonly string[];
  readonly end: RecordedEnd;
}

/** From when it is up until it has ended. */
async function use({
  trial,
  containerId,
  stop,
  signals,
}: Pick<RecordRunOptions, 'trial' | 'stop'> & {
  readonly containerId: string;
  readonly signals: SignalWatch;
}): Promise<Used> {
  const watch = await watchPorts(trial, containerId);
  const exitCode = await waitOrStop(trial, containerId, stop);
  const ports = await watch.end();
  if (exitCode !== undefined) await knownEnd(trial, signals);
  const sent = [...signals.sent];
  if (exitCode !== undefined)
    return { ports, signals: sent, end: await endOf(trial, containerId, { exitCode, sent }) };
  const spoken = await talkTo(
    trial,
    containerId,
    ports.flatMap(({ port, isLoopback }) => (isLoopback ? [] : [port])),
  );
  const { signal, exitCode: code, durationMs } = await stopContainer(trial, containerId);
  return {
    ports: ports.map((each) => ({
      ...each,
      speaks: spoken?.find(({ port }) => port === each.port)?.speaks,
    })),
    signals: sent,
    end: { by: 'recorder', signal: signal.name, exitCode: code, stopMs: Math.round(durationMs) },
  };
}

async function knownEnd({ clock }: Trial, { ended }: SignalWatch): Promise<void> {
  const over = new AbortController();
  const late = clock.sleep(EVENTS_WITHIN_MS, over.signal);
  await Promise.race([ended, late]).finally(() => over.abort());
}

/** The exit code; absent when it is still up and the recording is over. */
async function waitOrStop(
  { scope, signal }: Trial,
  containerId: string,
  stop: AbortSignal,
): Promise<number | undefined> {
  const { containers } = scope.engine;
  try {
    return await containers.wait(containerId, AbortSignal.any([signal, stop]));
  } catch (error) {
    if (!stop.aborted) throw error;
    const state = await containers.inspect(containerId);
    return state?.isRunning === true ? undefined : state?.exitCode;
  }
}

async function endOf(
  { scope }: Trial,
  containerId: string,
  { exitCode, sent }: { readonly exitCode: number; readonly sent: readonly string[] },
): Promise<RecordedEnd> {
  const state = await scope.engine.containers.inspect(containerId);
  if (state?.error !== undefined && state.error !== '') return { by: 'engine', exitCode };
  const last = sent.at(-1);
  return last === undefined ? { by: 'itself', exitCode } : { by: 'other', exitCode, signal: last };
}

/** What it has left behind. */
async function look(
  trial: Trial,
  containerId: string,
): Promise<Pick<Recording, 'written' | 'volumes' | 'firstLine'>> {
  const { engine } = trial.scope;
  const { paths } = await measureWritten(trial, containerId, []);
  const volumes = await Promise.all(
    volumesOf(trial.subject).map(async (path) => ({
      path,
      isUsed: !(await isEmptyFolder(engine, containerId, path)),
    })),
  );
  const log = await engine.containers.logs(containerId, { mostChars: MOST_LOG_CHARS });
  return {
    written: paths.filter(({ path, kind }) => kind !== 'deleted' && !isAllowed(path, [])),
    volumes,
    firstLine: log.split('\n').find((line) => line.trim() !== ''),
  };
}
