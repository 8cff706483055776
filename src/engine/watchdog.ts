import { startDetachedScript } from '../host/detached-process.ts';
import type { Environment } from '../host/environment.ts';
import { programPath } from '../host/package-file.ts';
import type { Engine } from './contract.ts';
import type { OwnedGroup } from './process-groups.ts';
import { WATCHDOG_VARIABLE } from './tenants.ts';
import type { WatchdogMessage } from './watchdog-message.ts';

/** A process that cleans up after a scope whose own process was killed. */
export interface Watchdog {
  readonly pid: number | undefined;
  own(group: OwnedGroup): void;
  forget(pgid: number): void;
  folder(path: string): void;
  /** The scope is clean: nothing is left to do. */
  bye(): void;
}

export interface WatchdogOptions {
  readonly engine: Engine;
  /** Filters that find the objects of the scope, and nothing else. */
  readonly filters: readonly string[];
  readonly env: Environment;
}

/** What the engine client, and `ssh` under it, may need. Nothing else of the environment is passed on. */
const PASSED_ON = ['PATH', 'HOME', 'TMPDIR', 'XDG_RUNTIME_DIR', 'SSH_AUTH_SOCK'] as const;

export function startWatchdog({ engine, filters, env }: WatchdogOptions): Watchdog {
  const passed = Object.fromEntries(PASSED_ON.map((name) => [name, env[name]]));
  const child = startDetachedScript(programPath('engine/watchdog-main'), filters, {
    ...passed,
    ...engine.endpoint.env,
    [WATCHDOG_VARIABLE]: '1',
  });
  const send = (message: WatchdogMessage): void => child.write(`${JSON.stringify(message)}\n`);
  return Object.freeze({
    pid: child.pid,
    own: (group: OwnedGroup) => send({ own: group }),
    forget: (pgid: number) => send({ forget: pgid }),
    folder: (path: string) => send({ folder: path }),
    bye: () => {
      send({ bye: true });
      child.end();
    },
  });
}
