import { spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { systemCodeOf } from '../kernel/errors.ts';
import type { Environment } from './environment.ts';

const MAX_ERROR_LENGTH = 4096;

/**
 * Runs a program whose stdin and stdout are one byte stream, as `ssh host docker system dial-stdio`. Destroying the
 * stream ends the program. When the program ends badly the stream fails with its stderr as message, and with
 * `ECONNREFUSED` as code if nothing had come from it, else `ECONNRESET`. It has the methods of a socket that
 * `http.Agent` calls.
 */
export function openProcessStream(file: string, argv: readonly string[], env: Environment): Duplex {
  const child = spawn(file, argv, { env: { ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  const { stdin, stdout, stderr } = child;
  let errorText = '';
  let hasOutput = false;
  const fail = (message: string): void => {
    const code = hasOutput ? 'ECONNRESET' : 'ECONNREFUSED';
    stream.destroy(Object.assign(new Error(message), { code }));
  };
  const stream = new Duplex({
    read: () => void stdout.resume(),
    // A program that ended takes no more: its end, with its words, is told below.
    write: (chunk: Buffer, _, done) => void stdin.write(chunk, () => done()),
    final: (done) => void stdin.end(() => done()),
    destroy: (error, done) => {
      child.kill('SIGTERM');
      done(error);
    },
  });
  stdin.on('error', () => undefined);
  stdout.on('data', (chunk: Buffer) => {
    hasOutput = true;
    if (!stream.push(chunk)) stdout.pause();
  });
  stderr.setEncoding('utf8').on('data', (text: string) => {
    if (errorText.length < MAX_ERROR_LENGTH) errorText += text;
  });
  child.once('error', (error) =>
    fail(`${file} cannot be started: ${systemCodeOf(error) ?? error.message}`),
  );
  child.once('close', (code) => {
    if (code === 0) stream.push(null);
    else fail(errorText.trim() || `${file} ended with exit code ${String(code)}`);
  });
  return withSocketMethods(stream, child);
}

function withSocketMethods(stream: Duplex, child: ChildProcess): Duplex {
  const eachSocket = (method: 'ref' | 'unref'): Duplex => {
    child[method]();
    // The pipes of a child are sockets, though their type says only stream.
    for (const pipe of child.stdio) if (pipe instanceof Socket) pipe[method]();
    return stream;
  };
  return Object.assign(stream, {
    setKeepAlive: () => stream,
    setNoDelay: () => stream,
    setTimeout: () => stream,
    ref: () => eachSocket('ref'),
    unref: () => eachSocket('unref'),
  });
}
