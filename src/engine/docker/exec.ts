import { PassThrough, type Duplex } from 'node:stream';
import type { AttachedStreams, ExecOptions, ExecResult } from '../contract.ts';
import { EngineError } from '../errors.ts';
import { readAnswer, segment } from './answers.ts';
import { createFrameParser } from './frames.ts';
import { reasonOf, type EngineLine } from './request.ts';
import { createdSchema, execSchema } from './wire.ts';

/** How often, and how long apart, the end of an exec is asked for after its output ended. */
const END_POLL_MS = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000] as const;

export async function execIn(
  line: EngineLine,
  id: string,
  options: ExecOptions,
): Promise<ExecResult> {
  const execId = await createExec(line, id, options);
  const path = `/exec/${segment(execId)}/start`;
  const socket = await line.hijack({
    method: 'POST',
    path,
    body: { Detach: false, Tty: false },
    signal: options.signal,
  });
  if (options.stdin !== undefined) socket.end(options.stdin);
  const output = await collectOutput(line, socket, { path, signal: options.signal });
  return { exitCode: await exitCodeOf(line, execId), ...output };
}

async function createExec(line: EngineLine, id: string, options: ExecOptions): Promise<string> {
  const path = `/containers/${segment(id)}/exec`;
  const answer = await line.json({
    method: 'POST',
    path,
    body: {
      Cmd: options.argv,
      AttachStdin: options.stdin !== undefined,
      AttachStdout: true,
      AttachStderr: true,
      ...(options.env === undefined ? {} : { Env: toEnvList(options.env) }),
      ...(options.user === undefined ? {} : { User: options.user }),
      ...(options.workingDir === undefined ? {} : { WorkingDir: options.workingDir }),
    },
    signal: options.signal,
  });
  return readAnswer(createdSchema, answer, `POST ${path}`).Id;
}

export function toEnvList(env: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(env).map(([name, value]) => `${name}=${value}`);
}

interface OutputRequest {
  readonly path: string;
  readonly signal?: AbortSignal | undefined;
}

async function collectOutput(
  line: EngineLine,
  socket: Duplex,
  { path, signal }: OutputRequest,
): Promise<Pick<ExecResult, 'stdout' | 'stderr'>> {
  const parse = createFrameParser();
  const pieces: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
  const onAbort = (): void => void socket.destroy(new Error('aborted'));
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) onAbort();
  try {
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      for (const { source, bytes } of parse(chunk)) pieces[source].push(bytes);
    }
  } catch (error) {
    if (signal?.aborted) throw reasonOf(signal);
    throw new EngineError('ENGINE_GONE', `The engine at ${line.target.url} closed POST ${path}`, {
      cause: error,
    });
  } finally {
    signal?.removeEventListener('abort', onAbort);
    socket.destroy();
  }
  return {
    stdout: Buffer.concat(pieces.stdout).toString('utf8'),
    stderr: Buffer.concat(pieces.stderr).toString('utf8'),
  };
}

/** The output may end a moment before the engine has noted the exit code. */
async function exitCodeOf(line: EngineLine, execId: string): Promise<number> {
  const path = `/exec/${segment(execId)}/json`;
  for (const pauseMs of END_POLL_MS) {
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    const answer = await line.json({ method: 'GET', path });
    const state = readAnswer(execSchema, answer, `GET ${path}`);
    if (!state.Running && typeof state.ExitCode === 'number') return state.ExitCode;
  }
  throw new EngineError(
    'ENGINE_GONE',
    `The engine at ${line.target.url} cut the output of a command that still runs`,
  );
}

export async function attachTo(line: EngineLine, id: string): Promise<AttachedStreams> {
  const socket = await line.hijack({
    method: 'POST',
    path: `/containers/${segment(id)}/attach`,
    query: { stream: 1, stdin: 1, stdout: 1, stderr: 1 },
  });
  const outputs = { stdout: new PassThrough(), stderr: new PassThrough() };
  const parse = createFrameParser();
  const both = Object.values(outputs);
  socket.on('data', (chunk: Buffer) => {
    for (const { source, bytes } of parse(chunk)) {
      const output = outputs[source];
      if (output.destroyed || output.write(bytes)) continue;
      socket.pause();
      output.once('drain', () => socket.resume());
    }
  });
  socket.once('end', () => both.forEach((output) => output.end()));
  socket.once('error', (cause) => {
    const text = `The engine at ${line.target.url} closed an attached stream`;
    both.forEach((output) => output.destroy(new EngineError('ENGINE_GONE', text, { cause })));
  });
  socket.once('close', () => both.forEach((output) => output.end()));
  return { stdin: socket, ...outputs };
}
