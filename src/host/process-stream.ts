import { spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { Environment } from './environment.ts';

const MAX_ERROR_BYTES = 4096;

/**
 * Runs a program whose stdin and stdout are one byte stream, as `ssh host docker system dial-stdio`. The
 * stream fails with the program's stderr when it could not be started or ends badly; destroying the stream
 * ends the program. It has the methods of a socket that `http.Agent` calls.
 */
export function openProcessStream(file: string, argv: readonly string[], env: Environment): Duplex {
  const child = spawn(file, argv, { env: { ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  let errorText = '';
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (text: string) => {
    if (errorText.length < MAX_ERROR_BYTES) errorText += text;
  });
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
  child.once('error', (error) => stream.destroy(error));
  child.once('close', (code) => {
    if (code === 0 || stream.destroyed) return;
    const message = errorText.trim() || `${file} ended with exit code ${String(code)}`;
    stream.destroy(Object.assign(new Error(message), { code: 'ECONNREFUSED' }));
  });
  stream.once('close', () => child.kill('SIGTERM'));
  const eachSocket = (method: 'ref' | 'unref'): void => {
    child[method]();
    // The pipes of a child are sockets, though their type says only stream.
    for (const pipe of [child.stdin, child.stdout, child.stderr]) {
      if (pipe instanceof Socket) pipe[method]();
    }
  };
  return Object.assign(stream, {
    setKeepAlive: () => stream,
    setNoDelay: () => stream,
    setTimeout: () => stream,
    ref: () => (eachSocket('ref'), stream),
    unref: () => (eachSocket('unref'), stream),
  });
}
