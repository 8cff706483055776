import { startCncfRegistry } from '../../src/registry/testing/cncf-registry.ts';
import { processEnvironment } from '../../src/host/environment.ts';
import { runProcess } from '../../src/host/process.ts';
import { seatrialCommand } from './command.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** An empty registry in a process of its own, on a free port and a folder that goes with it. */
export interface RunningRegistry extends AsyncDisposable {
  /** `127.0.0.1:40123`. */
  readonly host: string;
}

/** By the name under which a figure lists it. */
export const registries: Readonly<Record<string, () => Promise<RunningRegistry>>> = {
  embedded: startEmbeddedRegistry,
  'CNCF Distribution': () => startCncfRegistry(),
};

/** `seatrial registry serve`. */
export async function startEmbeddedRegistry(): Promise<RunningRegistry> {
  const folder = await temporaryFolder('registry');
  const stop = new AbortController();
  const listening = Promise.withResolvers<string>();
  let output = '';
  const argv = ['registry', 'serve', '--folder', folder.path, '--port', '0'];
  const ended = runProcess(seatrialCommand, argv, {
    env: processEnvironment(),
    signal: stop.signal,
    onOutput: (text) => {
      output += text;
      const host = /^listening on (\S+)$/mu.exec(output)?.[1];
      if (host !== undefined) listening.resolve(host);
    },
  });
  void ended.then(({ exitCode }) =>
    listening.reject(new Error(`the registry ended with exit code ${exitCode}: ${output}`)),
  );
  return {
    host: await listening.promise,
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await ended;
      await folder[Symbol.asyncDispose]();
    },
  };
}
