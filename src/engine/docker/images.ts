import type { Readable } from 'node:stream';
import type { z } from 'zod';
import type { Digest } from '../../kernel/digest.ts';
import type {
  BuildOptions,
  EngineImages,
  EnginePullOptions,
  EnginePush,
  Healthcheck,
  ImageConfig,
  ImageRecord,
} from '../contract.ts';
import { EngineError } from '../errors.ts';
import { absentWhenMissing, labelFilter, readAnswer, segment, unlessStatus } from './answers.ts';
import { followProgress } from './progress.ts';
import { pullImage } from './pull.ts';
import { pushTag } from './push.ts';
import type { EngineLine } from './request.ts';
import { committedSchema, imageHistorySchema, imageListSchema, imageSchema } from './wire.ts';

/** Without an answer for this long a load or save is stuck. */
const TRANSFER_DEADLINE_MS = 600_000;

export function createImages(line: EngineLine): EngineImages {
  return Object.freeze({
    inspect: (ref: string) => inspect(line, ref),
    build: (context: Readable, options: BuildOptions, signal?: AbortSignal) =>
      line.stream({
        method: 'POST',
        path: '/build',
        query: buildQuery(options),
        upload: context,
        signal,
        deadlineMs: 'none',
      }),
    tag: async (id: string, repository: string, tag: string) => {
      await line.json({
        method: 'POST',
        path: `/images/${segment(id)}/tag`,
        query: { repo: repository, tag },
      });
    },
    save: (id: string, signal?: AbortSignal) =>
      line.stream({
        method: 'GET',
        path: `/images/${segment(id)}/get`,
        signal,
        deadlineMs: TRANSFER_DEADLINE_MS,
      }),
    load: (tar: Readable) => load(line, tar),
    commit: (containerId: string, labels: Readonly<Record<string, string>>) =>
      commit(line, containerId, labels),
    pull: (ref: string, options: EnginePullOptions = {}) => pullImage(line, ref, options),
    list: (labels: readonly string[]) => list(line, labels),
    history: (id: string) => history(line, id),
    push: (pushed: EnginePush, signal?: AbortSignal) => pushTag(line, pushed, signal),
    remove: (ref: string) =>
      unlessStatus(line.json({ method: 'DELETE', path: `/images/${segment(ref)}` }), [404]),
  });
}

async function inspect(line: EngineLine, ref: string): Promise<ImageRecord | undefined> {
  const path = `/images/${segment(ref)}/json`;
  const answer = await absentWhenMissing(line.json({ method: 'GET', path }));
  if (answer === undefined) return undefined;
  return toImageRecord(readAnswer(imageSchema, answer, `GET ${path}`));
}

async function list(line: EngineLine, labels: readonly string[]): Promise<readonly ImageRecord[]> {
  const path = '/images/json';
  const answer = await line.json({ method: 'GET', path, query: labelFilter(labels) });
  const found = readAnswer(imageListSchema, answer, `GET ${path}`);
  const records = await Promise.all(found.map(({ Id }) => inspect(line, Id)));
  return records.filter((record) => record !== undefined);
}

async function load(line: EngineLine, tar: Readable): Promise<void> {
  const answer = await line.stream({
    method: 'POST',
    path: '/images/load',
    query: { quiet: 1 },
    upload: tar,
    deadlineMs: TRANSFER_DEADLINE_MS,
  });
  for await (const { failure } of followProgress(answer, 'POST /images/load')) {
    if (failure !== undefined) throw loadError(failure);
  }
}

/** A commit reads a layer's worth of changes. */
const COMMIT_DEADLINE_MS = 300_000;

async function commit(
  line: EngineLine,
  containerId: string,
  labels: Readonly<Record<string, string>>,
): Promise<Digest> {
  const changes = Object.entries(labels).map(([name, value]) => `LABEL ${name}=${literal(value)}`);
  const path = '/commit';
  const answer = await line.json({
    method: 'POST',
    path,
    query: { container: containerId, pause: 0, changes: changes.join('\n') },
    body: {},
    deadlineMs: COMMIT_DEADLINE_MS,
  });
  return readAnswer(committedSchema, answer, `POST ${path}`).Id;
}

/** As a Dockerfile takes it, where `$` would name a variable. */
function literal(value: string): string {
  return JSON.stringify(value).replaceAll('$', String.raw`\$`);
}

async function history(line: EngineLine, id: string): Promise<readonly string[]> {
  const path = `/images/${segment(id)}/history`;
  const answer = await line.json({ method: 'GET', path });
  return readAnswer(imageHistorySchema, answer, `GET ${path}`).map(({ CreatedBy }) => CreatedBy);
}

function loadError(failure: string): EngineError {
  const code = /no space left on device/iu.test(failure)
    ? 'ENGINE_DISK_FULL'
    : 'ENGINE_REFUSED_REQUEST';
  return new EngineError(code, `The engine could not load an image: ${failure}`);
}

function buildQuery(options: BuildOptions): Readonly<Record<string, unknown>> {
  return {
    version: '2',
    dockerfile: options.dockerfile,
    t: options.tag,
    buildargs: JSON.stringify(options.args),
    labels: JSON.stringify(options.labels),
    ...(options.target === undefined ? {} : { target: options.target }),
    ...(options.platform === undefined ? {} : { platform: options.platform }),
    ...(options.noCache === true ? { nocache: 1 } : {}),
  };
}

type WireImage = z.output<typeof imageSchema>;

function toImageRecord(wire: WireImage): ImageRecord {
  return {
    id: wire.Id,
    tags: wire.RepoTags.filter((tag) => tag !== '<none>:<none>'),
    repoDigests: wire.RepoDigests.filter((ref) => !ref.startsWith('<none>')),
    platform: {
      os: wire.Os,
      architecture: wire.Architecture,
      ...(wire.Variant === '' ? {} : { variant: wire.Variant }),
    },
    sizeBytes: wire.Size,
    diffIds: wire.RootFS.Layers,
    config: toImageConfig(wire.Config),
  };
}

function toImageConfig(wire: WireImage['Config']): ImageConfig {
  return {
    entrypoint: wire.Entrypoint,
    command: wire.Cmd,
    env: wire.Env,
    exposedPorts: Object.keys(wire.ExposedPorts),
    volumes: Object.keys(wire.Volumes),
    user: wire.User,
    workingDir: wire.WorkingDir,
    stopSignal: wire.StopSignal || undefined,
    healthcheck: toHealthcheck(wire.Healthcheck),
    labels: wire.Labels,
  };
}

function toHealthcheck(wire: WireImage['Config']['Healthcheck']): Healthcheck | undefined {
  if (!wire || wire.Test.length === 0) return undefined;
  return {
    test: wire.Test,
    ...(wire.Interval === 0 ? {} : { intervalMs: wire.Interval / 1e6 }),
    ...(wire.Timeout === 0 ? {} : { timeoutMs: wire.Timeout / 1e6 }),
    ...(wire.StartPeriod === 0 ? {} : { startPeriodMs: wire.StartPeriod / 1e6 }),
    ...(wire.Retries === 0 ? {} : { retries: wire.Retries }),
  };
}
