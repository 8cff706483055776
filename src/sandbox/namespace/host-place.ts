import type { Server } from 'node:net';
import { systemCodeOf } from '../../kernel/errors.ts';
import { dialDirectly } from './direct-dial.ts';
import { listenOn } from './listen-on.ts';
import { listenRefused } from './listen-refused.ts';
import { joinNetwork } from './network.ts';
import { placeEnvironment } from './place-environment.ts';
import type { PublishedAddress } from '../script-network.ts';
import type { ScriptPlace } from './place.ts';

/** The machine itself: published ports and temporary folders are everybody's. */
export function openHostPlace(notes: readonly string[]): ScriptPlace {
  const network = joinNetwork({ listen, dial: dialDirectly });
  return {
    isolation: 'host',
    notes,
    network,
    folders: [],
    place: (script) => {
      const [file, ...argv] = script.command;
      return { file, argv, env: placeEnvironment(script, false) };
    },
    close: network.close,
    [Symbol.asyncDispose]: network.close,
  };
}

async function listen(address: PublishedAddress): Promise<Server> {
  try {
    return await listenOn(address);
  } catch (error) {
    throw listenRefused(address, systemCodeOf(error) ?? String(error));
  }
}
