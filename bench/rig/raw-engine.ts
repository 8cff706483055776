import { Agent, request, type RequestOptions } from 'node:http';
import { z } from 'zod';

/**
 * The engine as bare HTTP on its socket: what any client at least has to send. Nothing of ours is in it, so
 * that it can be what ours is held against.
 * @see https://docs.docker.com/reference/api/engine/version/v1.41/
 */
const socketPath = process.env['DOCKER_HOST']?.replace(/^unix:\/\//u, '') ?? '/var/run/docker.sock';
const agent = new Agent({ keepAlive: true });

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Throws for a status from 400 on. */
export async function callEngine(method: string, path: string, body?: unknown): Promise<Answer> {
  const answer = await send(
    { socketPath, agent, method, path, headers: { 'content-type': 'application/json' } },
    body === undefined ? undefined : JSON.stringify(body),
  );
  if (answer.status >= 400)
    throw new Error(`${method} ${path} gave ${answer.status}: ${answer.body}`);
  return answer;
}

/** One request over a connection of its own. */
export async function callContainer(
  options: Pick<RequestOptions, 'host' | 'port' | 'method' | 'headers'>,
  body?: string,
): Promise<Answer> {
  return await send({ ...options, path: '/', agent: false, timeout: 5000 }, body);
}

async function send(options: RequestOptions, body: string | undefined): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    const sent = request(options, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (piece: string) => {
        text += piece;
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: text }));
      answer.on('error', reject);
    });
    sent.on('error', reject);
    sent.on('timeout', () => sent.destroy(new Error('no answer in time')));
    sent.end(body);
  });
}

export const createdSchema = z.object({ Id: z.string() });
export const volumeSchema = z.object({ Name: z.string() });
export const inspectedSchema = z.object({
  NetworkSettings: z.object({
    Networks: z.record(z.string(), z.object({ IPAddress: z.string() })),
  }),
});
