import { PassThrough } from 'node:stream';
import { systemClock } from '../../host/clock.ts';
import type { Environment } from '../../host/environment.ts';
import type { AppHost } from '../app-host.ts';

/** A host in a folder, whose streams nobody reads and that nobody interrupts. */
export function createTestHost(cwd: string, env: Environment = {}): AppHost {
  return {
    env,
    cwd,
    clock: systemClock,
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    signal: new AbortController().signal,
    version: '0.0.0',
  };
}
