import type { SuiteContext } from '../contract.ts';
import { createEngineCommands } from './engine-commands.ts';
import { createEngineFiles } from '../engine-image-files.ts';
import { hostSpecsIn } from './host-spec.ts';
import type { HostSettings } from './plan-command.ts';
import type { World } from './world.ts';

export interface EngineWorldOptions {
  readonly context: Pick<SuiteContext, 'image' | 'scope' | 'signal'>;
  /** For one command. */
  readonly timeoutMs: number;
  readonly isCompat: boolean;
}

/** The image on a real engine. Disposing removes what was made for it. */
export function openEngineWorld(options: EngineWorldOptions): World & AsyncDisposable {
  const { context, timeoutMs, isCompat } = options;
  const { scope, signal, image } = context;
  const { id: imageId, config } = image.record;
  const { volumes } = config;
  const toHostSpec = hostSpecsIn(scope);
  const commands = createEngineCommands({
    scope,
    toHostSpec,
    imageId,
    volumes,
    signal,
    timeoutMs,
    isCompat,
  });
  const containers: string[] = [];

  return Object.freeze({
    ref: image.ref,
    config,
    commands,
    files: async (host: HostSettings) => {
      // Nothing is started: the program is a word that no engine looks at.
      const containerId = await scope.createContainer({
        purpose: 'files',
        image: imageId,
        entrypoint: [''],
        command: ['never-started'],
        network: 'none',
        ...(await toHostSpec(host)),
      });
      containers.push(containerId);
      const mountPoints = [...volumes, ...host.bindMounts.map(targetOf)];
      return createEngineFiles({ engine: scope.engine, containerId, mountPoints });
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(containers.map((id) => scope.engine.containers.remove(id)));
      await commands[Symbol.asyncDispose]();
    },
  });
}

function targetOf(bind: string): string {
  return bind.split(':')[1] ?? bind;
}
