import { hostNetworks, type HostNetworks } from '../virtual/host-network.ts';
import { placeEnvironment } from './place-environment.ts';
import type { ScriptPlace } from './place.ts';

/** The machine itself: published ports and temporary folders are everybody's. */
export function openHostPlace(
  notes: readonly string[],
  networks: HostNetworks = hostNetworks(),
): ScriptPlace {
  const network = networks.open();
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
