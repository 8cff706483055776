import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { specMessageSchema, type SpecMessage } from './spec-messages.ts';

/** Where the reporter inside Vitest sends its messages. */
export interface MessageSocket {
  readonly path: string;
  /** Resolves when all that was sent has been handled; rejects when that failed. */
  close(): Promise<void>;
}

/** Messages are handled one by one, in order. What is no message of ours is left out. */
export async function openMessageSocket(
  folder: string,
  handle: (message: SpecMessage) => Promise<void>,
): Promise<MessageSocket> {
  const path = join(folder, 'r.sock');
  const readers: Promise<void>[] = [];
  const server = createServer((socket) => {
    // A process that dies closes its socket; the lines before that count.
    socket.on('error', () => undefined);
    readers.push(
      (async () => {
        for await (const line of createInterface({ input: socket })) {
          const message = specMessageSchema.safeParse(parseOrNothing(line));
          if (message.success) await handle(message.data);
        }
      })(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  return {
    path,
    close: async () => {
      const isClosed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      await Promise.all([...readers, isClosed]);
    },
  };
}

function parseOrNothing(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
