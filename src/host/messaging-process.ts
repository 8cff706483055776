import { spawn, type SendHandle } from 'node:child_process';
import type { Environment } from './environment.ts';

/** A Node program of ours that this process talks with in messages, which may carry sockets. */
export interface MessagingProcess {
  /** Rejects when the program is gone. */
  send(message: object): Promise<void>;
  /** Resolves when it is gone, whatever ended it. */
  readonly ended: Promise<void>;
  end(): Promise<void>;
}

/** Told each message, and the socket that came with it. */
export type MessageListener = (message: unknown, socket: SendHandle) => void;

/**
 * Starts a program that becomes Node: its channel is inherited by what it executes. The channel closes when this
 * process ends, however that happens.
 */
export function startMessaging(
  [file, ...argv]: readonly [string, ...string[]],
  env: Environment,
  onMessage: MessageListener,
): MessagingProcess {
  const child = spawn(file, argv, {
    env: { ...env },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  child.on('message', onMessage);
  return Object.freeze({
    ended,
    send: async (message: object) =>
      await new Promise<void>((resolve, reject) => {
        child.send(message, (error) => (error === null ? resolve() : reject(error)));
      }),
    end: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  });
}

/** Resolves when the message, and the socket with it, is on its way. */
export type Reply = (message: object, socket?: SendHandle) => Promise<void>;

/** This process's side of the channel: ends the process when the other side is gone. */
export function answerMessages(
  answer: (
    message: unknown,
    reply: (message: object, socket?: SendHandle) => Promise<void>,
  ) => void,
): void {
  process.on('disconnect', () => process.exit(0));
  process.on('message', (message) => answer(message, reply));
}

async function reply(message: object, socket?: SendHandle): Promise<void> {
  await new Promise<void>((resolve) => {
    // The other side may be gone: then this process ends by `disconnect`.
    process.send?.(message, socket, {}, () => resolve());
  });
}
