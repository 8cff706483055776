import type { Readable } from 'node:stream';
import type {
  ContainerSpec,
  ContainerState,
  EngineContainers,
  ExecOptions,
  LogOptions,
  PathChange,
  PathStat,
} from '../contract.ts';
import { EngineError } from '../errors.ts';
import { absentWhenMissing, readAnswer, segment, unlessStatus } from './answers.ts';
import { toContainerBody } from './container-body.ts';
import { toContainerState } from './container-state.ts';
import { attachTo, execIn } from './exec.ts';
import { refusalStatusOf } from './failures.ts';
import { followLogs, readLogs } from './logs.ts';
import type { EngineLine } from './request.ts';
import {
  changesSchema,
  containerSchema,
  createdSchema,
  pathStatSchema,
  topSchema,
  waitSchema,
} from './wire.ts';

/** Creating, starting and removing wait for disks and kernels. */
const SLOW_DEADLINE_MS = 120_000;

export interface ContainerDefaults {
  /** Address that ports are published on. */
  readonly publishAddress: string;
}

export function createContainers(line: EngineLine, defaults: ContainerDefaults): EngineContainers {
  return Object.freeze({
    create: (spec: ContainerSpec) => create(line, spec, defaults),
    start: (id: string) => act(line, `/containers/${segment(id)}/start`),
    inspect: (id: string) => inspect(line, id),
    stop: (id: string, timeoutS: number) =>
      act(line, `/containers/${segment(id)}/stop`, { t: timeoutS }),
    kill: (id: string, signal: string) => act(line, `/containers/${segment(id)}/kill`, { signal }),
    restart: (id: string, timeoutS: number) =>
      act(line, `/containers/${segment(id)}/restart`, { t: timeoutS }),
    wait: (id: string, signal?: AbortSignal) => wait(line, id, signal),
    remove: (id: string) => removeContainer(line, id),
    logs: (id: string, options?: LogOptions) => readLogs(line, id, options),
    followLogs: (id: string, onText: (text: string) => void, signal: AbortSignal) =>
      followLogs(line, id, { onText, signal }),
    exec: (id: string, options: ExecOptions) => execIn(line, id, options),
    changes: (id: string) => changes(line, id),
    top: (id: string, psArgs: string) => top(line, id, psArgs),
    stat: (id: string, path: string) => stat(line, id, path),
    readArchive: (id: string, path: string) => readArchive(line, id, path),
    writeArchive: async (id: string, path: string, tar: Readable | Uint8Array) => {
      await line.json({
        method: 'PUT',
        path: `/containers/${segment(id)}/archive`,
        query: { path },
        upload: tar instanceof Uint8Array ? Buffer.from(tar) : tar,
        deadlineMs: SLOW_DEADLINE_MS,
      });
    },
    attach: (id: string) => attachTo(line, id),
  });
}

async function create(
  line: EngineLine,
  spec: ContainerSpec,
  { publishAddress }: ContainerDefaults,
): Promise<string> {
  const answer = await line.json({
    method: 'POST',
    path: '/containers/create',
    query: { name: spec.name },
    body: toContainerBody(spec, publishAddress),
    deadlineMs: SLOW_DEADLINE_MS,
  });
  return readAnswer(createdSchema, answer, 'POST /containers/create').Id;
}

async function act(
  line: EngineLine,
  path: string,
  query?: Readonly<Record<string, string | number>>,
): Promise<void> {
  const waitMs = Number(query?.['t'] ?? 0) * 1000;
  await line.json({ method: 'POST', path, query, deadlineMs: SLOW_DEADLINE_MS + waitMs });
}

async function inspect(line: EngineLine, id: string): Promise<ContainerState | undefined> {
  const path = `/containers/${segment(id)}/json`;
  const answer = await absentWhenMissing(line.json({ method: 'GET', path }));
  if (answer === undefined) return undefined;
  return toContainerState(readAnswer(containerSchema, answer, `GET ${path}`));
}

async function wait(line: EngineLine, id: string, signal?: AbortSignal): Promise<number> {
  const path = `/containers/${segment(id)}/wait`;
  const answer = await line.json({
    method: 'POST',
    path,
    query: { condition: 'not-running' },
    signal,
    deadlineMs: 'none',
  });
  const ended = readAnswer(waitSchema, answer, `POST ${path}`);
  const failure = ended.Error?.Message ?? '';
  if (failure === '') return ended.StatusCode;
  throw new EngineError('ENGINE_FAILED', `The engine failed at POST ${path}: ${failure}`);
}

/** 409: somebody else removes it right now. */
export async function removeContainer(line: EngineLine, id: string): Promise<void> {
  const removal = line.json({
    method: 'DELETE',
    path: `/containers/${segment(id)}`,
    query: { force: 1, v: 1 },
    deadlineMs: SLOW_DEADLINE_MS,
  });
  await unlessStatus(removal, [404, 409]);
}

const KINDS = ['changed', 'added', 'deleted'] as const;

async function changes(line: EngineLine, id: string): Promise<readonly PathChange[]> {
  const path = `/containers/${segment(id)}/changes`;
  const answer = await line.json({ method: 'GET', path, deadlineMs: SLOW_DEADLINE_MS });
  return readAnswer(changesSchema, answer, `GET ${path}`).map((change) => ({
    path: change.Path,
    kind: KINDS[change.Kind] ?? 'changed',
  }));
}

async function top(
  line: EngineLine,
  id: string,
  psArgs: string,
): Promise<readonly Readonly<Record<string, string>>[]> {
  const path = `/containers/${segment(id)}/top`;
  const answer = await line.json({ method: 'GET', path, query: { ps_args: psArgs } });
  const { Titles, Processes } = readAnswer(topSchema, answer, `GET ${path}`);
  return Processes.map((row) =>
    Object.fromEntries(Titles.map((title, index) => [title, row[index] ?? ''])),
  );
}

/** @see https://docs.docker.com/reference/api/engine/version/v1.41/#operation/ContainerArchiveInfo */
async function stat(line: EngineLine, id: string, path: string): Promise<PathStat | undefined> {
  const resource = `/containers/${segment(id)}/archive`;
  const headers = await absentWhenMissing(
    line.head({ method: 'HEAD', path: resource, query: { path } }),
  );
  if (headers === undefined) {
    // The answer has no body that could tell a missing path from a missing container.
    if ((await inspect(line, id)) !== undefined) return undefined;
    throw new EngineError('ENGINE_REFUSED_REQUEST', `The engine has no container ${id}`);
  }
  const header = String(headers['x-docker-container-path-stat'] ?? '');
  const text = Buffer.from(header, 'base64').toString();
  const found = readAnswer(pathStatSchema, parsePathStat(text), `HEAD ${resource}`);
  return {
    name: found.name,
    sizeBytes: found.size,
    mode: found.mode,
    linkTarget: found.linkTarget || undefined,
  };
}

function parsePathStat(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The schema says what is wrong with it.
    return text;
  }
}

async function readArchive(
  line: EngineLine,
  id: string,
  path: string,
): Promise<Readable | undefined> {
  try {
    return await line.stream({
      method: 'GET',
      path: `/containers/${segment(id)}/archive`,
      query: { path },
    });
  } catch (error) {
    const isMissing = refusalStatusOf(error) === 404;
    if (isMissing && !/no such container/iu.test(String(error))) return undefined;
    throw error;
  }
}
