/**
 * The engine of this machine, made to look like Docker 28 with a containerd store: it says so, knows an image by the
 * digest of an index with an attestation beside the manifest, saves it as an OCI layout, and says which manifest a
 * container runs. Everything else goes to the real engine, which knows the image by its config.
 */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import {
  createServer,
  request as ask,
  type ClientRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { z } from 'zod';
import { messageOf } from '../../kernel/errors.ts';

export interface StandInImage {
  /** What the stand-in calls it: the digest of the index. */
  readonly id: string;
  /** Of the platform. */
  readonly manifest: string;
  /** An OCI layout. */
  readonly tar: Buffer;
}

export interface ContainerdStandIn extends AsyncDisposable {
  /** For DOCKER_HOST. */
  readonly host: string;
  /** Images that it was asked for, by the id that the real engine has for them. */
  readonly images: ReadonlyMap<string, StandInImage>;
  /** What containers say they run from now on. @default the manifest of their image */
  runs: ((image: StandInImage) => string) | undefined;
}

export interface StandInOptions {
  /** Path of the socket of the real engine. */
  readonly socketPath: string;
  /** Makes of a `docker save` tar what the store of containerd would hold. */
  readonly toStored: (saved: Readable) => Promise<StandInImage>;
}

const REAL_API = 'v1.41';

export async function startContainerdStandIn(options: StandInOptions): Promise<ContainerdStandIn> {
  const folder = await mkdtemp(join(tmpdir(), 'seatrial-stand-in-'));
  const socketPath = join(folder, 'engine.sock');
  const images = new Map<string, StandInImage>();
  const sockets = new Set<Socket>();
  const standIn: ContainerdStandIn = {
    host: `unix://${socketPath}`,
    images,
    runs: undefined,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true });
    },
  };
  const work = { ...options, images, runs: (image: StandInImage) => runsOf(standIn, image) };
  const server = createServer((request, response) => {
    serve(work, request, response).catch((error: unknown) =>
      response.destroy(new Error(messageOf(error))),
    );
  });
  server.on('connection', (socket) => sockets.add(socket));
  server.on('upgrade', (request, client: Socket, head: Buffer) => {
    splice(work, { request, client, head }).forEach((socket) => sockets.add(socket));
  });
  server.listen(socketPath);
  await once(server, 'listening');
  return standIn;
}

function runsOf(standIn: ContainerdStandIn, image: StandInImage): string {
  return standIn.runs?.(image) ?? image.manifest;
}

interface Work extends StandInOptions {
  readonly images: Map<string, StandInImage>;
  readonly runs: (image: StandInImage) => string;
}

async function serve(
  work: Work,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = toReal(work, request.url ?? '');
  const isCreate = /\/containers\/create(?:\?|$)/u.test(path);
  const saved = /\/images\/sha256(?::|%3A)([a-f0-9]{64})\/get$/u.exec(path)?.[1];
  const stored = saved === undefined ? undefined : work.images.get(`sha256:${saved}`);
  if (stored !== undefined) {
    response.end(stored.tar);
    return;
  }
  const body = isCreate ? toReal(work, String(await buffer(request))) : undefined;
  const answer = await forward(work, request, { path, body });
  const isRewritten =
    /\/(?:version|info|images\/json|images\/[^/]+\/json|containers\/[^/]+\/json|build)(?:\?|$)/u.test(
      path,
    );
  if (!isRewritten) {
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(response);
    return;
  }
  const text = await rewrite(work, path, String(await buffer(answer)));
  const { 'content-length': _, 'transfer-encoding': __, ...headers } = answer.headers;
  response.writeHead(answer.statusCode ?? 500, headers);
  response.end(text);
}

async function forward(
  { socketPath }: Work,
  request: IncomingMessage,
  { path, body }: { readonly path: string; readonly body: string | undefined },
): Promise<IncomingMessage> {
  const { method } = request;
  const headers: OutgoingHttpHeaders = { ...request.headers };
  if (body !== undefined) headers['content-length'] = Buffer.byteLength(body);
  const sent = ask({ socketPath, method, path, headers });
  const answer = answerOf(sent);
  if (body === undefined) request.pipe(sent);
  else sent.end(body);
  return await answer;
}

async function answerOf(sent: ClientRequest): Promise<IncomingMessage> {
  return await new Promise((resolve, reject) => {
    sent.once('response', resolve).once('error', reject);
  });
}

/** Ids that the stand-in gave out, and its version, in the words of the real engine. */
function toReal({ images }: Work, text: string): string {
  let real = text.replace(/^\/v1\.\d+\//u, `/${REAL_API}/`);
  for (const [id, image] of images) {
    real = real.replaceAll(image.id, id);
    real = real.replaceAll(encodeURIComponent(image.id), encodeURIComponent(id));
  }
  return real;
}

async function rewrite(work: Work, path: string, text: string): Promise<string> {
  if (path.endsWith('/version')) return change(text, { ApiVersion: '1.48', Version: '28.0.0' });
  if (path.endsWith('/info'))
    return change(text, {
      Driver: 'overlayfs',
      DriverStatus: [['driver-type', 'io.containerd.snapshotter.v1']],
    });
  if (/\/containers\/[^/]+\/json/u.test(path)) return container(work, text);
  for (const id of idsIn(path, text)) await learn(work, id);
  let told = text;
  for (const [id, image] of work.images) told = told.replaceAll(id, image.id);
  return told;
}

/** Ids of images that were just built, or asked for by name. Others are the real engine's own business. */
function idsIn(path: string, text: string): readonly string[] {
  if (/\/images\/(?:json|sha256)/u.test(path)) return [];
  const form = path.includes('/build?')
    ? /"id":"moby\.image\.id","aux":\{"ID":"(sha256:[a-f0-9]{64})"/gu
    : /"Id":"(sha256:[a-f0-9]{64})"/gu;
  return [...text.matchAll(form)].map(([, id = '']) => id);
}

async function learn(work: Work, id: string): Promise<void> {
  if (work.images.has(id)) return;
  const path = `/${REAL_API}/images/${encodeURIComponent(id)}/get`;
  const answer = await answerOf(ask({ socketPath: work.socketPath, path }).end());
  work.images.set(id, await work.toStored(answer));
}

function container({ images, runs }: Work, text: string): string {
  const { Image: real = '' } = answerSchema.parse(JSON.parse(text));
  const image = images.get(real);
  if (image === undefined) return text;
  return change(text, {
    Image: image.id,
    ImageManifestDescriptor: {
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: runs(image),
      size: 1,
    },
  });
}

function change(text: string, more: object): string {
  return JSON.stringify({ ...answerSchema.parse(JSON.parse(text)), ...more });
}

const answerSchema = z.looseObject({ Image: z.string().optional() });

/** A connection that becomes a byte stream is passed on as one. */
function splice(
  work: Work,
  taken: { readonly request: IncomingMessage; readonly client: Socket; readonly head: Buffer },
): readonly Socket[] {
  const { request, client, head } = taken;
  const engine = connect(work.socketPath);
  const lines = [`${request.method ?? ''} ${toReal(work, request.url ?? '')} HTTP/1.1`];
  for (let at = 0; at < request.rawHeaders.length; at += 2)
    lines.push(`${request.rawHeaders[at] ?? ''}: ${request.rawHeaders[at + 1] ?? ''}`);
  engine.write(`${lines.join('\r\n')}\r\n\r\n`);
  engine.write(head);
  client.pipe(engine).pipe(client);
  for (const socket of [client, engine]) socket.on('error', () => socket.destroy());
  return [client, engine];
}
