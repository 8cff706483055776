import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '../../../engine/contract.ts';
import { processEnvironment } from '../../../host/environment.ts';
import { runProcess, type ProcessResult } from '../../../host/process.ts';
import type { CallRecord } from '../call-record.ts';
import type { VirtualEngine, VirtualEngineOptions } from '../contract.ts';
import { hostNetworks } from '../host-network.ts';
import { openVirtualEngine } from '../index.ts';

/** A session on the real engine, with a private `/tmp`, and a shell in it. */
export interface TestSession extends AsyncDisposable {
  readonly engine: VirtualEngine;
  /** The real folder behind `/tmp`. */
  readonly temporary: string;
  readonly records: readonly CallRecord[];
  /** Runs a line of shell; `$d` is the docker command. */
  readonly shell: (line: string, env?: Readonly<Record<string, string>>) => Promise<ProcessResult>;
}

/** Docker command lines of different ages; those that are not installed are left out. */
export const dockerCommands: readonly string[] = (
  await Promise.all(
    ['/usr/bin/docker', '/usr/local/bin/docker'].map(async (file) =>
      (await runProcess(file, ['--version'], { env: {} })).exitCode === 0 ? [file] : [],
    ),
  )
).flat();

export async function openTestSession(
  engine: Engine,
  options: Partial<VirtualEngineOptions> = {},
): Promise<TestSession> {
  const folder = await mkdtemp(join(tmpdir(), 've-'));
  const temporary = join(folder, 'tmp');
  await mkdir(temporary);
  const records: CallRecord[] = [];
  const opened = await openVirtualEngine({
    endpoint: engine.endpoint,
    labels: { 'seatrial.test': 'virtual' },
    folder,
    network: hostNetworks().open(),
    binds: [{ shown: '/tmp', real: temporary }],
    record: (call) => records.push(call),
    ...options,
  });
  return {
    engine: opened,
    temporary,
    records,
    shell: async (line, env = {}) =>
      await runProcess('/bin/sh', ['-c', line], {
        env: {
          PATH: processEnvironment()['PATH'],
          HOME: folder,
          d: dockerCommands[0],
          ...opened.env,
          ...env,
        },
        timeoutMs: 60_000,
      }),
    [Symbol.asyncDispose]: async () => {
      await opened.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
