import type { Environment } from '../../host/environment.ts';
import type { ScriptNetwork } from '../script-network.ts';

/** `ns`: namespaces of the kernel around the script. `host`: none, it lives on the machine as any program does. */
export type Isolation = 'ns' | 'host';

/** A folder as a script sees it, and where it is on this machine. */
export interface BindRoot {
  /** Absolute path in the script's world. */
  readonly shown: string;
  /** Absolute path outside. */
  readonly real: string;
}

/** A program of the user, as it would be started without us. */
export interface ScriptCommand {
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Environment;
  /** Socket of the virtual engine that the script takes for the engine. */
  readonly engineSocket: string;
}

/** The same program, as it has to be started. */
export interface PlacedCommand {
  readonly file: string;
  readonly argv: readonly string[];
  readonly env: Environment;
}

/** Where one script lives. Ends with this process, however that ends. */
export interface ScriptPlace extends AsyncDisposable {
  readonly isolation: Isolation;
  /** Sentences for people: why no stronger isolation was taken, and what does not work here. */
  readonly notes: readonly string[];
  readonly network: ScriptNetwork;
  /** The temporary folders and what is visible in them, deepest first. */
  readonly folders: readonly BindRoot[];
  /** To be started by the main thread of this process: with it, everything in the place is killed. */
  place(script: ScriptCommand): PlacedCommand;
  /** Ends what still runs in it. May be called twice. */
  close(): Promise<void>;
}
