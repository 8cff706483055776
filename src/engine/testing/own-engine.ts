import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { processEnvironment } from '../../host/environment.ts';
import { runProcess, type ProcessResult } from '../../host/process.ts';
import { connectEngine } from '../connect.ts';

/**
 * An engine that nobody else uses, and that may therefore be killed. It lives in namespaces of its own, so that it
 * sees neither the network nor the mounts of the machine's engine, and nothing of it outlives it.
 * Needs root, `unshare` and `dockerd`.
 */
export interface OwnEngine extends AsyncDisposable {
  /** For DOCKER_HOST. */
  readonly host: string;
  /** Ends it, with its containers, as the crash of a machine does. */
  kill(): Promise<void>;
  /** Starts it again on what the last one left. */
  start(): Promise<void>;
}

export interface OwnEngineOptions {
  /** Where images and containers are kept. @default a folder of its own */
  readonly dataFolder?: string | undefined;
}

const NAMESPACES = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
const STARTS_WITHIN_MS = 30_000;

export async function startOwnEngine(options: OwnEngineOptions = {}): Promise<OwnEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'seatrial-engine-'));
  const host = `unix://${join(folder, 'engine.sock')}`;
  const dataFolder = options.dataFolder ?? join(folder, 'data');
  await mkdir(dataFolder, { recursive: true });
  let running: Running | undefined;
  const kill = async (): Promise<void> => {
    await running?.kill();
    running = undefined;
  };
  const start = async (): Promise<void> => {
    running = launch(folder, { host, dataFolder });
    await answers(host, running);
  };
  await start();
  return {
    host,
    kill,
    start,
    [Symbol.asyncDispose]: async () => {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Running {
  readonly ended: Promise<ProcessResult>;
  kill(): Promise<void>;
}

function launch(
  folder: string,
  at: { readonly host: string; readonly dataFolder: string },
): Running {
  const dockerd = [
    'dockerd',
    `--host=${at.host}`,
    `--pidfile=${join(folder, 'pid')}`,
    `--data-root=${at.dataFolder}`,
    `--exec-root=${join(folder, 'exec')}`,
    '--iptables=false',
    '--ip-masq=false',
    '--userland-proxy=false',
  ];
  let pid: number | undefined;
  const ended = runProcess('unshare', [...NAMESPACES, ...dockerd], {
    env: { ...processEnvironment(), PATH: '/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin' },
    onStart: (pgid) => {
      pid = pgid;
    },
  });
  return {
    ended,
    kill: async () => {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
      await ended;
      await rm(join(folder, 'pid'), { force: true });
      await rm(join(folder, 'exec'), { recursive: true, force: true });
    },
  };
}

async function answers(host: string, running: Running): Promise<void> {
  const endsAtMs = performance.now() + STARTS_WITHIN_MS;
  let end: ProcessResult | undefined;
  const noteEnd = async (): Promise<void> => {
    end = await running.ended;
  };
  void noteEnd();
  for (;;) {
    try {
      await connectEngine({ env: {}, host });
      return;
    } catch (error) {
      if (end !== undefined) {
        throw new Error(`dockerd ended: ${end.output.slice(-2000)}`, { cause: error });
      }
      if (performance.now() > endsAtMs) throw error;
      await delay(100);
    }
  }
}
