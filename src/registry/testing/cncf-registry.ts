import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProcess } from '../../host/process.ts';

/** CNCF Distribution from Debian's package `docker-registry`: the other registry of the tests. */
export interface CncfRegistry extends AsyncDisposable {
  /** `127.0.0.1:40123`. */
  readonly host: string;
  readonly url: string;
  /** Ends it with SIGKILL and starts it again on the same folder and port. */
  crash(): Promise<void>;
  /** Its own garbage collection, which takes manifests without a tag as well. */
  collectGarbage(): Promise<void>;
}

const PROGRAM = '/usr/bin/docker-registry';

export interface CncfRegistryOptions {
  /**
   * What upload sessions are signed with; they outlive a restart only when it stays the same.
   * @default one per start
   */
  readonly httpSecret?: string | undefined;
}

/** Starts it on a free port and a temporary folder; deletion is enabled. Throws when it is not installed. */
export async function startCncfRegistry(options: CncfRegistryOptions = {}): Promise<CncfRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'seatrial-cncf-'));
  let running = await start(folder, { ...options, port: 0 });
  const { port } = running;
  const dispose = async (): Promise<void> => {
    await running.kill();
    await rm(folder, { recursive: true, force: true });
  };
  return {
    host: `127.0.0.1:${port}`,
    url: `http://127.0.0.1:${port}`,
    crash: async () => {
      await running.kill();
      running = await start(folder, { ...options, port });
    },
    collectGarbage: async () => {
      await running.kill();
      const argv = ['garbage-collect', '--delete-untagged', join(folder, 'config.yml')];
      const { exitCode, output } = await runProcess(PROGRAM, argv, { env: {} });
      running = await start(folder, { ...options, port });
      if (exitCode !== 0) throw new Error(`no garbage was collected: ${output}`);
    },
    [Symbol.asyncDispose]: dispose,
  };
}

interface Running {
  readonly port: number;
  kill(): Promise<void>;
}

async function start(
  folder: string,
  options: CncfRegistryOptions & { readonly port: number },
): Promise<Running> {
  const config = join(folder, 'config.yml');
  await writeFile(config, configText(folder, options));
  let pgid: number | undefined;
  let log = '';
  return await new Promise<Running>((resolve, reject) => {
    const ended = runProcess(PROGRAM, ['serve', config], {
      env: {},
      onStart: (id) => {
        pgid = id;
      },
      onOutput: (text) => {
        log += text;
        const port = /listening on 127\.0\.0\.1:(\d+)/u.exec(log)?.[1];
        if (port !== undefined) resolve({ port: Number(port), kill });
      },
    });
    const kill = async (): Promise<void> => {
      if (pgid !== undefined) process.kill(-pgid, 'SIGKILL');
      await ended;
    };
    ended.then(
      (result) =>
        reject(
          new Error(
            `${PROGRAM} ended with ${result.exitCode}; install the package docker-registry\n${log}`,
          ),
        ),
      reject,
    );
  });
}

function configText(
  folder: string,
  options: CncfRegistryOptions & { readonly port: number },
): string {
  return JSON.stringify({
    version: 0.1,
    log: { level: 'info', accesslog: { disabled: true } },
    storage: {
      filesystem: { rootdirectory: join(folder, 'data') },
      delete: { enabled: true },
      maintenance: { uploadpurging: { enabled: false } },
    },
    http: {
      addr: `127.0.0.1:${options.port}`,
      ...(options.httpSecret === undefined ? {} : { secret: options.httpSecret }),
    },
  });
}
