import type { Readable } from 'node:stream';
import type { FileCarrier } from '../file-carrier.ts';
import type { BindMap } from './bind-map.ts';
import type { EngineAnswer, EngineCalls } from './engine-calls.ts';
import type { ImageNames } from './image-names.ts';
import { objectIn, textIn, type JsonObject } from './json-value.ts';
import type { OwnObjects } from './own-objects.ts';
import type { Policy } from './policy.ts';
import type { PublishedPorts } from './published-ports.ts';

/** On all objects of a session, helpers of ours too. */
export const SESSION_LABEL = 'seatrial.session';
/** Besides, on what the script asked for. */
export const USER_LABEL = 'seatrial.user';

/** What one virtual engine knows. */
export interface Session {
  readonly id: string;
  /** Before the names of containers, networks and volumes on the engine. */
  readonly prefix: string;
  /** On what the script asks for: session, user, and those of the caller. */
  readonly labels: Readonly<Record<string, string>>;
  readonly calls: EngineCalls;
  readonly objects: OwnObjects;
  readonly images: ImageNames;
  readonly ports: PublishedPorts;
  readonly binds: BindMap;
  /** Absent when the engine sees the files of this machine. */
  readonly carrier: FileCarrier | undefined;
  /** Containers that we remove when they end, after their files have come back. */
  readonly removedAtEnd: Set<string>;
  readonly policy: Policy;
  readonly socketPath: string;
}

/** The API version of calls that are ours alone: what each engine since 20.10 speaks. */
export const OWN_VERSION = '/v1.41';

export interface OwnCall {
  readonly method?: string | undefined;
  /** Without version. */
  readonly path: string;
  readonly body?: unknown;
  readonly stream?: Readable | undefined;
}

/** Asks the engine something on our own behalf. */
export async function askEngine(
  calls: EngineCalls,
  { method = 'GET', path, body }: OwnCall,
): Promise<EngineAnswer> {
  return await calls.ask({
    method,
    path: `${OWN_VERSION}${path}`,
    headers: {
      host: 'docker',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
}

/** The engine's own words for why it did not. */
export function messageIn({ value, status }: EngineAnswer): string {
  return textIn(objectIn(value)['message']) || `The engine answered with status ${String(status)}`;
}

/** The `filters` of a list, for the query. */
export function filterQuery(filters: Readonly<Record<string, readonly string[]>>): string {
  const maps = Object.fromEntries(
    Object.entries(filters).map(([name, values]) => [
      name,
      Object.fromEntries(values.map((value) => [value, true])),
    ]),
  );
  return encodeURIComponent(JSON.stringify(maps));
}

export function ownLabel(id: string): string {
  return `${SESSION_LABEL}=${id}`;
}

/** Labels as the script may see them. */
export function withoutOurs(labels: unknown, session: Session): JsonObject {
  return Object.fromEntries(
    Object.entries(objectIn(labels)).filter(([name]) => !Object.hasOwn(session.labels, name)),
  );
}
