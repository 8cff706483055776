import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { digestOf, type Digest } from '../../src/kernel/digest.ts';

/** One request and how it was answered, in the order of the answers. */
export interface Exchange {
  readonly method: string;
  /** Below the host, with its query. */
  readonly path: string;
  readonly status: number;
  /** Of the bytes that went to the registry, or that came from it when nothing went there. */
  readonly digest: Digest;
}

/** A registry behind a server that writes down what is sent to it and what it says. */
export interface RecordedRegistry extends AsyncDisposable {
  readonly host: string;
  /** The registry itself: what is done there is not written down. */
  readonly upstream: string;
  /** What was exchanged since the last call. */
  take(): readonly Exchange[];
}

/** @param upstream `127.0.0.1:5000` */
export async function recordRegistry(upstream: string): Promise<RecordedRegistry> {
  let exchanges: Exchange[] = [];
  const server = createServer((incoming, response) => {
    void forward(incoming, { response, upstream }).then(
      (exchange) => exchanges.push(exchange),
      // A client that was killed in mid-request: what did not get through has no effect.
      () => response.destroy(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    host: `127.0.0.1:${port}`,
    upstream,
    take: () => {
      const taken = exchanges;
      exchanges = [];
      return taken;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function forward(
  incoming: IncomingMessage,
  { response, upstream }: { readonly response: ServerResponse; readonly upstream: string },
): Promise<Exchange> {
  const { method = 'GET', url = '/', headers } = incoming;
  const sent = await buffer(incoming);
  // The headers as they are: with the host, by which a registry says where an upload goes on.
  const outgoing = request(`http://${upstream}${url}`, { method, headers });
  outgoing.end(sent);
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.on('response', resolve).on('error', reject);
  });
  const said = await buffer(answer);
  const status = answer.statusCode ?? 0;
  response.writeHead(status, answer.headers);
  response.end(said);
  return { method, path: url, status, digest: digestOf(sent.length > 0 ? sent : said) };
}

/** Digests of the blobs that were sent as a whole, or whose last piece was. */
export function sentBlobs(exchanges: readonly Exchange[]): readonly string[] {
  return exchanges.flatMap(({ path }) => {
    const digest = new URL(path, 'http://registry').searchParams.get('digest');
    return digest === null ? [] : [digest];
  });
}
