import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { processEnvironment } from '../../host/environment.ts';
import { runProcess, type ProcessResult } from '../../host/process.ts';
import { connectEngine } from '../connect.ts';
import { openApiPort } from './api-port.ts';

/**
 * An engine that nobody else uses, and that may therefore be killed. It lives in namespaces of its own, so that it
 * sees neither the network nor the mounts of the machine's engine, and nothing of it outlives it.
 * Needs root, `unshare` and `dockerd`.
 */
export interface OwnEngine extends AsyncDisposable {
  /** For DOCKER_HOST. */
  readonly host: string;
  /** The same without the port that passes connections on: what is measured there is the port. */
  readonly socketHost: string;
  /** Ends it, with its containers, as the crash of a machine does. */
  kill(): Promise<void>;
  /** Starts it again on what the last one left. */
  start(): Promise<void>;
}

export interface OwnEngineOptions {
  /** Where images and containers are kept. @default a folder of its own */
  readonly dataFolder?: string | undefined;
  /**
   * Of its machine only the port of its API can be reached, as with the engine of a CI service: `host` is an address of
   * TCP, and its `/tmp`, `/var/tmp`, `/root` and `/home` are others than here. @default false
   */
  readonly isRemote?: boolean | undefined;
}

/** Where an engine can have its socket though its temporary folders are hidden. */
const REMOTE_PARENT = '/var/lib';
const OTHER_FOLDERS =
  'for folder in /tmp /var/tmp /root /home; do mount -t tmpfs none "$folder" || exit 1; done; exec "$@"';
const NAMESPACES = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
const STARTS_WITHIN_MS = 30_000;

export async function startOwnEngine(options: OwnEngineOptions = {}): Promise<OwnEngine> {
  const { isRemote = false } = options;
  const folder = await mkdtemp(join(isRemote ? REMOTE_PARENT : tmpdir(), 'seatrial-engine-'));
  const socket = join(folder, 'engine.sock');
  const port = isRemote ? await openApiPort(socket) : undefined;
  const host = port?.host ?? `unix://${socket}`;
  const dataFolder = options.dataFolder ?? join(folder, 'data');
  await mkdir(dataFolder, { recursive: true });
  let running: Running | undefined;
  const kill = async (): Promise<void> => {
    await running?.kill();
    running = undefined;
  };
  const start = async (): Promise<void> => {
    running = launch(folder, { socket, dataFolder, isRemote });
    await answers(host, running);
  };
  await start();
  return {
    host,
    socketHost: `unix://${socket}`,
    kill,
    start,
    [Symbol.asyncDispose]: async () => {
      await kill();
      await port?.[Symbol.asyncDispose]();
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
  at: { readonly socket: string; readonly dataFolder: string; readonly isRemote: boolean },
): Running {
  const dockerd = [
    'dockerd',
    `--host=unix://${at.socket}`,
    `--pidfile=${join(folder, 'pid')}`,
    `--data-root=${at.dataFolder}`,
    `--exec-root=${join(folder, 'exec')}`,
    '--iptables=false',
    '--ip-masq=false',
    '--userland-proxy=false',
  ];
  let pid: number | undefined;
  const command = at.isRemote ? ['sh', '-c', OTHER_FOLDERS, 'engine', ...dockerd] : dockerd;
  // It ends with the test, also when that is killed.
  const ended = runProcess(
    'setpriv',
    ['--pdeathsig', 'KILL', '--', 'unshare', ...NAMESPACES, ...command],
    {
      env: { ...processEnvironment(), PATH: '/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin' },
      onStart: (pgid) => {
        pid = pgid;
      },
    },
  );
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
