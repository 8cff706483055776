import { randomBytes } from 'node:crypto';
import { busyboxEntries, findStaticBusybox } from '../busybox.ts';
import type { Engine, Healthcheck, ImageRecord } from '../contract.ts';
import { createImageArchive, withFolders, type LayerEntry } from '../image-archive.ts';

/** What a test's image is like. Everything is optional. */
export interface ScratchImageOptions {
  /** Repository and tag. The image id depends on it, so use your own. @default a random name */
  readonly name?: string | undefined;
  /** Absolute path to contents, or to an entry with mode and owner. */
  readonly files?:
    | Readonly<Record<string, string | Uint8Array | Omit<LayerEntry, 'path'>>>
    | undefined;
  /** Whether busybox and its applets are in `/bin`. @default true */
  readonly hasBusybox?: boolean | undefined;
  readonly entrypoint?: readonly string[] | undefined;
  readonly command?: readonly string[] | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** `8000` or `53/udp`. */
  readonly exposedPorts?: readonly (number | string)[] | undefined;
  readonly volumes?: readonly string[] | undefined;
  readonly user?: string | undefined;
  readonly workingDir?: string | undefined;
  readonly stopSignal?: string | undefined;
  readonly healthcheck?: Healthcheck | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** An image in the engine; disposing it removes its tag, and the image when nothing else holds it. */
export interface ScratchImage extends AsyncDisposable {
  /** `name:tag`. */
  readonly ref: string;
  readonly record: ImageRecord;
}

/**
 * Makes an image `FROM scratch` without a build: a tar by hand, sent to `/images/load`. Takes about 50 ms.
 * Equal options give an equal image id.
 * @throws {Error} when this machine has no static busybox and the image needs one.
 */
export async function buildScratchImage(
  engine: Engine,
  options: ScratchImageOptions = {},
): Promise<ScratchImage> {
  const name = options.name ?? `seatrial-scratch/${randomBytes(6).toString('hex')}`;
  const ref = name.includes(':') ? name : `${name}:latest`;
  const archive = await createImageArchive({
    layers: [
      ...(options.hasBusybox === false ? [] : [busyboxEntries(await requireBusybox())]),
      withFolders(baseEntries(options)),
    ],
    config: toConfig(options, ref),
    architecture: engine.info.platform.architecture,
    ref,
  });
  await engine.images.load(archive.open());
  const record = await engine.images.inspect(ref);
  if (record === undefined) throw new Error(`${ref} was loaded, but the engine does not have it`);
  return {
    ref,
    record,
    [Symbol.asyncDispose]: () => engine.images.remove(ref),
  };
}

async function requireBusybox(): Promise<Buffer> {
  const busybox = await findStaticBusybox();
  if (busybox !== undefined) return busybox;
  throw new Error(
    'A static busybox is needed to make test images: install the Debian package busybox-static',
  );
}

/** Enough of a system for names of users and for temporary files. */
function baseEntries({ files = {} }: ScratchImageOptions): readonly LayerEntry[] {
  const base: readonly LayerEntry[] = [
    {
      path: '/etc/passwd',
      contents: 'root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n',
    },
    { path: '/etc/group', contents: 'root:x:0:\nnogroup:x:65534:\n' },
    { path: '/tmp', isFolder: true, mode: 0o1777 },
  ];
  const given = Object.entries(files).map(([path, file]): LayerEntry =>
    typeof file === 'string' || file instanceof Uint8Array
      ? { path, contents: file, mode: startsProgram(file) ? 0o755 : 0o644 }
      : { path, ...file },
  );
  return [...base.filter(({ path }) => files[path] === undefined), ...given];
}

/** Scripts and ELF files are made executable. */
function startsProgram(file: string | Uint8Array): boolean {
  const start =
    typeof file === 'string'
      ? file.slice(0, 4)
      : Buffer.from(file.subarray(0, 4)).toString('latin1');
  return start.startsWith('#!') || start === '\u007fELF';
}

function toConfig(options: ScratchImageOptions, ref: string): Readonly<Record<string, unknown>> {
  const env = { PATH: '/bin:/usr/bin', ...options.env };
  return {
    Env: Object.entries(env).map(([key, value]) => `${key}=${value}`),
    Entrypoint: options.entrypoint ?? null,
    Cmd: options.command ?? null,
    ExposedPorts: Object.fromEntries(
      (options.exposedPorts ?? []).map((port) => [
        typeof port === 'number' ? `${String(port)}/tcp` : port,
        {},
      ]),
    ),
    Volumes: Object.fromEntries((options.volumes ?? []).map((path) => [path, {}])),
    User: options.user ?? '',
    WorkingDir: options.workingDir ?? '',
    ...(options.stopSignal === undefined ? {} : { StopSignal: options.stopSignal }),
    ...(options.healthcheck === undefined
      ? {}
      : { Healthcheck: toHealthcheck(options.healthcheck) }),
    Labels: { 'seatrial.scratch-image': ref, ...options.labels },
  };
}

function toHealthcheck(check: Healthcheck): Readonly<Record<string, unknown>> {
  return {
    Test: check.test,
    Interval: nanoseconds(check.intervalMs),
    Timeout: nanoseconds(check.timeoutMs),
    StartPeriod: nanoseconds(check.startPeriodMs),
    Retries: check.retries ?? 0,
  };
}

function nanoseconds(ms = 0): number {
  return Math.round(ms * 1e6);
}
