import { looksSecret } from '../../../build/secret-args.ts';
import type { ConfigInput, Mount, RunSettings } from '../../../config/schema.ts';
import { runSchema } from '../../../config/schema.ts';
import { isAllowed } from '../writes-seen.ts';
import { exposedTcpPortsOf, type Subject } from '../subject.ts';
import { renderList } from '../render.ts';
import type { RecordedPort, Recording } from './recording.ts';

type EntryInput = Pick<ConfigInput['images'][string], 'ready' | 'run' | 'suites'>;

/** What takes the place of a secret: a test needs some value, and a file that is shared must not have the true one. */
const MADE_UP = 'made-up-for-tests';

/** An image that was slower than this gets more time than the default. */
const SLOW_MS = 15_000;
const PATIENCE = 4;

/** The image as it was run, as a person would write it into seatrial.yaml. */
export function entryOf(recording: Recording, subject: Subject, specFile: string): EntryInput {
  const ready = readyOf(recording, subject);
  const run = writtenRun(subject.image.profile.run);
  return {
    ...(ready === undefined ? {} : { ready }),
    ...(Object.keys(run).length === 0 ? {} : { run }),
    suites: { spec: specFile },
  };
}

/** What the readiness was in the end, said so that nobody has to derive it again; absent when it is mere silence. */
function readyOf(recording: Recording, subject: Subject): EntryInput['ready'] {
  const ready = kindOfReady(recording, subject);
  const durationMs = recording.outcome?.durationMs ?? 0;
  if (ready === undefined || durationMs <= SLOW_MS) return ready;
  return { ...ready, timeout: `${String(Math.ceil((PATIENCE * durationMs) / 1000))}s` };
}

function kindOfReady(recording: Recording, subject: Subject): EntryInput['ready'] {
  if (recording.imageClass === 'one-shot') return { exit: 0 };
  const check = subject.image.record.config.healthcheck?.test[0] ?? 'NONE';
  if (check !== 'NONE') return { health: true };
  const [port] = portsOf(recording);
  if (port === undefined) return undefined;
  const isAnswering = port.speaks?.kind === 'http' && port.speaks.status < 500;
  return isAnswering ? { http: `GET ${String(port.port)}/` } : { port: port.port };
}

/** Those that others reach: the ones that the image exposes first, then the ones that were used. */
export function portsOf({ ports }: Recording): readonly RecordedPort[] {
  return ports
    .filter(({ isLoopback }) => !isLoopback)
    .toSorted(
      (a, b) =>
        Number(b.isExposed) - Number(a.isExposed) ||
        b.connections - a.connections ||
        a.port - b.port,
    );
}

function writtenRun(run: RunSettings): NonNullable<EntryInput['run']> {
  const standard = runSchema.parse({});
  return {
    ...(Object.keys(run.env).length === 0 ? {} : { env: withoutSecrets(run.env) }),
    ...(run.entrypoint === undefined ? {} : { entrypoint: [...run.entrypoint] }),
    ...(run.command === undefined ? {} : { command: [...run.command] }),
    ...(run.user === undefined ? {} : { user: run.user }),
    ...(run.mounts.length === 0 ? {} : { mounts: run.mounts.map(writtenMount) }),
    ...(run.memory === undefined ? {} : { memory: run.memory }),
    ...(run.cpus === undefined ? {} : { cpus: run.cpus }),
    ...(run.stop_timeout === standard.stop_timeout
      ? {}
      : { stop_timeout: `${String(run.stop_timeout)}ms` }),
  };
}

function writtenMount(
  mount: Mount,
): string | { tmpfs: string } | { bind: string; target: string; read_only: boolean } {
  return typeof mount === 'string' ? mount : { ...mount };
}

function withoutSecrets(env: RunSettings['env']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, looksSecret(name) ? MADE_UP : value]),
  );
}

/** What a person has to decide, one line each, without a mark of a comment. */
export function hintsOf(recording: Recording, subject: Subject): readonly string[] {
  const secrets = Object.keys(subject.image.profile.run.env).filter(looksSecret);
  const [port] = portsOf(recording);
  const used = recording.volumes.filter(({ isUsed }) => isUsed).map(({ path }) => path);
  const folders = [
    ...new Set(
      recording.written
        .filter(({ path }) => !isAllowed(path, subject.mayWrite))
        .map(({ path }) => path.slice(0, path.lastIndexOf('/')) || '/'),
    ),
  ];
  const hidden = portsOf(recording).filter(({ isExposed }) => !isExposed);
  return [
    ...(secrets.length === 0
      ? []
      : [`The value of ${renderList(secrets)} is a made-up one: this file is for others to read.`]),
    ...(port === undefined || recording.imageClass === 'one-shot'
      ? []
      : [
          `${used.length === 0 ? 'One write and one read' : `It filled ${renderList(used)}. One write and one read`} give checks that data is kept, or lost, as it should be:`,
          'state:',
          `  write: { http: POST ${String(port.port)}/…, body: … }`,
          `  read: { http: GET ${String(port.port)}/…, expect: … }`,
        ]),
    ...(folders.length === 0
      ? []
      : [
          'It wrote outside its volumes. If it may:',
          `suites: { behaviour: { may_write: [${folders.slice(0, 10).join(', ')}] } }`,
        ]),
    ...(hidden.length === 0 || exposedTcpPortsOf(subject).length === 0
      ? []
      : [`Port ${renderList(hidden.map((each) => each.port))} listens and is not EXPOSEd.`]),
  ];
}
