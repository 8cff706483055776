import { Server } from 'node:net';
import { z } from 'zod';
import type { Environment } from '../../host/environment.ts';
import { startMessaging, type MessagingProcess } from '../../host/messaging-process.ts';
import { programPath } from '../../host/package-file.ts';
import type { PublishedAddress } from '../script-network.ts';
import { besideCommand, type Holder } from './launch.ts';
import type { ListenAnswer, ListenRequest } from './listener-message.ts';
import { listenRefused } from './listen-refused.ts';

/** Listening sockets of a script's network, in this process. */
export interface LentSockets {
  readonly listen: (address: PublishedAddress) => Promise<Server>;
  /** Ends the program that makes them. What was lent stays open. */
  close(): Promise<void>;
}

const answerSchema: z.ZodType<ListenAnswer> = z.object({
  id: z.number(),
  error: z.string().optional(),
});

/**
 * A program of ours in the held network listens there, and passes the sockets to this process, which stays on the
 * machine's network and can reach containers from there. It is started for the first socket: many scripts publish none.
 */
export function lendSockets(holder: Holder, env: Environment): LentSockets {
  const waiting = new Map<number, (answer: ListenAnswer, server?: Server) => void>();
  let count = 0;
  let lender: MessagingProcess | undefined;
  const failAll = async (ended: Promise<void>): Promise<void> => {
    await ended;
    for (const [id, settle] of waiting) settle({ id, error: 'EPIPE' });
  };
  const start = (): MessagingProcess => {
    const command = [
      process.execPath,
      '--no-warnings',
      programPath('sandbox/namespace/listener-main'),
    ] as const;
    const started = startMessaging(besideCommand(holder, command), env, (message, socket) => {
      const answer = answerSchema.parse(message);
      waiting.get(answer.id)?.(answer, socket instanceof Server ? socket : undefined);
    });
    void failAll(started.ended);
    return started;
  };
  return {
    listen: async (address) => {
      lender ??= start();
      const request: ListenRequest = { id: (count += 1), ...address };
      return await new Promise<Server>((resolve, reject) => {
        waiting.set(request.id, ({ error = 'EPROTO' }, server) => {
          waiting.delete(request.id);
          if (server === undefined) return reject(listenRefused(address, error));
          // Lost on the way.
          Object.assign(server, { allowHalfOpen: true, noDelay: true });
          resolve(server);
        });
        lender
          ?.send(request)
          .catch(() => waiting.get(request.id)?.({ id: request.id, error: 'EPIPE' }));
      });
    },
    close: async () => await lender?.end(),
  };
}
