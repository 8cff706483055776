import { request } from 'node:http';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { parsed } from '../json-value.ts';

export interface SocketCall {
  readonly method: string;
  /** With query. */
  readonly path: string;
  readonly body?: unknown;
  readonly stream?: Readable | undefined;
}

export interface SocketAnswer {
  readonly status: number;
  readonly value: unknown;
}

/** One call over a Unix socket, as no command line would send it. */
export async function callSocket(
  socketPath: string,
  { method, path, body, stream }: SocketCall,
): Promise<SocketAnswer> {
  return await new Promise((resolve, reject) => {
    const call = request({
      socketPath,
      method,
      path,
      headers: {
        host: 'docker',
        'content-type': stream === undefined ? 'application/json' : 'application/x-tar',
      },
    });
    call.once('error', reject);
    call.once('response', (response) => {
      text(response).then(
        (whole) => resolve({ status: response.statusCode ?? 0, value: parsed(whole) ?? whole }),
        reject,
      );
    });
    if (stream === undefined) call.end(body === undefined ? undefined : JSON.stringify(body));
    else stream.pipe(call);
  });
}
