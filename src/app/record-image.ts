import { join } from 'node:path';
import { addToYaml } from '../config/amend-yaml.ts';
import { findConfigFile } from '../config/find-config.ts';
import { runSchema, type ImageProfile, type RunSettings } from '../config/schema.ts';
import { connectEngine } from '../engine/connect.ts';
import { openScope } from '../engine/scope.ts';
import { createRunId } from '../history/run-id.ts';
import { isThere, readTextIfThere, writeFileAtomically } from '../host/files.ts';
import { recordImage, type Reached, type RecordedImage } from '../suites/behaviour/index.ts';
import { recallImages } from '../suites/spec/last-images.ts';
import type { AppHost } from './app-host.ts';
import { CommandError } from './errors.ts';
import { findTarget, type Target } from './find-target.ts';
import { imageOnEngine } from './image-on-engine.ts';
import { parseRunOptions } from './run-options.ts';

export interface RecordRequest {
  /** Name of an image of the project that was built, or a reference. @default the only one that was built here */
  readonly image?: string | undefined;
  /** As `docker run` takes them after the image. */
  readonly words: readonly string[];
  /** Writes the configuration and the spec file. */
  readonly isWritten: boolean;
}

export interface ImageRecording extends RecordedImage {
  readonly image: string;
  readonly ref: string;
  /** The configuration with this image in it; what it says already is left alone. */
  readonly config: string;
  readonly specFile: string;
  /** One sentence for each file, when it was to write some. */
  readonly files: readonly string[];
}

/**
 * Watches one run of an image, until it ends or the host's signal aborts.
 * @throws {CommandError} CHECK_IMAGE_UNKNOWN, OPTION_INVALID, RECORD_NOT_USABLE, RECORD_CONFIG_IS_CODE
 */
export async function recordReference(
  host: AppHost,
  request: RecordRequest,
): Promise<ImageRecording> {
  const options = parseRunOptions(request.words, host.env);
  const target = await findTarget(host, request.image ?? (await onlyImage(host)));
  const configFile = await findConfigFile(target.projectFolder);
  if (request.isWritten) refuseCode(configFile);
  const engine = await connectEngine({ env: host.env });
  const record = await imageOnEngine(engine, target.ref);
  const name = nameOf(target);
  const specFile = `test/${name}.spec.ts`;
  const ended = new AbortController();
  await using scope = await openScope({ engine, runId: createRunId(host.clock), env: host.env });
  const recorded = await recordImage({
    image: { name, ref: target.ref, record, profile: profileOf(target, options) },
    scope,
    projectFolder: target.projectFolder,
    clock: host.clock,
    // The host's signal ends the recording, and not what is still to be looked at then.
    signal: ended.signal,
    stop: host.signal,
    onUp: (outcome, addresses) => host.stderr.write(renderUp(outcome.durationMs, addresses)),
    specFile,
  });
  const path = join(target.projectFolder, configFile ?? 'seatrial.yaml');
  const before = isCode(configFile) ? undefined : await readTextIfThere(path);
  const { text: config, kept } = addToYaml(before, name, {
    entry: recorded.entry,
    comments: recorded.hints,
  });
  const recording = { image: name, ref: target.ref, ...recorded, config, specFile };
  if (!request.isWritten) return { ...recording, files: [] };
  assertUsable(recorded);
  await writeFileAtomically(path, config);
  const files = [
    `wrote ${path}${kept.length === 0 ? '' : `; ${kept.join(' and ')} of ${name} left as it is`}`,
    await writeSpec(join(target.projectFolder, specFile), recorded.spec),
  ];
  return { ...recording, files };
}

/** What is there may be somebody's work. */
async function writeSpec(path: string, text: string): Promise<string> {
  if (await isThere(path)) return `${path} is there already, and was left as it is`;
  await writeFileAtomically(path, text);
  return `wrote ${path}`;
}

async function onlyImage(host: AppHost): Promise<string> {
  const { images = [] } = (await recallImages(host.cwd)) ?? {};
  const [only, ...others] = images;
  if (only !== undefined && others.length === 0) return only.name;
  throw new CommandError(
    'OPTION_INVALID',
    only === undefined
      ? 'no image was named, and none was built here'
      : `no image was named, and there are ${images.map(({ name }) => name).join(', ')}`,
    { hint: 'Name one: `seatrial record IMAGE`.' },
  );
}

/** What is given behind `--` wins. */
function profileOf({ profile }: Target, options: RunSettings): ImageProfile {
  const { env, mounts, stop_timeout: stopTimeout, ...others } = options;
  const isGiven = stopTimeout !== runSchema.parse({}).stop_timeout;
  const run = {
    ...profile.run,
    ...Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined)),
    env: { ...profile.run.env, ...env },
    mounts: [...profile.run.mounts, ...mounts],
    ...(isGiven ? { stop_timeout: stopTimeout } : {}),
  };
  return { ...profile, run };
}

/** `registry.example.org/team/app:1` becomes `app`. */
function nameOf({ name, isOfProject }: Target): string {
  if (isOfProject) return name;
  const last = name.split('/').at(-1)?.split(/[:@]/u)[0]?.toLowerCase() ?? '';
  return last.replaceAll(/[^a-z0-9._-]+/gu, '-').replace(/^[^a-z0-9]+/u, '') || 'app';
}

function isCode(configFile: string | undefined): boolean {
  return configFile !== undefined && !/\.ya?ml$/u.test(configFile);
}

function refuseCode(configFile: string | undefined): void {
  if (isCode(configFile))
    throw new CommandError('RECORD_CONFIG_IS_CODE', `${configFile ?? ''} is a program`);
}

function assertUsable({ recording: { outcome, imageClass, end } }: RecordedImage): void {
  if (outcome?.state === 'ready' || imageClass === 'one-shot') return;
  const how =
    outcome === undefined
      ? 'it was stopped before it was ready'
      : howItEnded(outcome.state, end.exitCode);
  throw new CommandError('RECORD_NOT_USABLE', `nothing was written: ${how}`);
}

function howItEnded(state: string, exitCode: number | undefined): string {
  if (state === 'timeout') return 'it was never ready';
  return state === 'refused'
    ? 'the engine could not start it'
    : `it ended with exit code ${String(exitCode ?? 'unknown')}`;
}

function renderUp(durationMs: number, addresses: readonly Reached[]): string {
  const places = addresses.map(
    ({ port, address }) => `  port ${String(port)}: ${address.host}:${String(address.port)}\n`,
  );
  return `ready after ${(durationMs / 1000).toFixed(1)} s; use it, then press Ctrl-C\n${places.join('')}`;
}
