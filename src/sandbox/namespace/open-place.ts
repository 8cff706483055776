import type { HostNetworks } from '../virtual/host-network.ts';
import { SandboxError } from '../errors.ts';
import { openHostPlace } from './host-place.ts';
import { openNamespace, type NamespaceOptions } from './open-namespace.ts';
import type { Isolation, ScriptPlace } from './place.ts';

export interface PlaceOptions extends NamespaceOptions {
  /** `auto`: the strongest that this machine allows and in which a script finds all that it finds outside. */
  readonly isolation: Isolation | 'auto';
  /** @default the platform of this process */
  readonly platform?: NodeJS.Platform | undefined;
  /** Of all scripts that may run at the same time: on the machine they wait for each other's ports. @default its own */
  readonly hostNetworks?: HostNetworks | undefined;
}

/**
 * Opens a place for one script.
 * @throws {SandboxError} SANDBOX_ISOLATION_UNAVAILABLE when `ns` was asked for and this machine does not allow it.
 */
export async function openPlace(options: PlaceOptions): Promise<ScriptPlace> {
  const { isolation, platform = process.platform } = options;
  if (isolation === 'host') return openHostPlace([], options.hostNetworks);
  if (platform !== 'linux') return elsewhere(options, `${platform} has no network namespaces`);
  const attempt = await openNamespace(options);
  if (attempt.place === undefined) return elsewhere(options, attempt.obstacle);
  const { place, outboundObstacle } = attempt;
  if (outboundObstacle === undefined) return place;
  if (isolation === 'ns') {
    return {
      ...place,
      notes: [`The script reaches nothing but its own localhost: ${outboundObstacle}.`],
    };
  }
  await place.close();
  return elsewhere(options, `there is no way out of namespaces, ${outboundObstacle}`);
}

function elsewhere({ isolation, hostNetworks }: PlaceOptions, obstacle: string): ScriptPlace {
  if (isolation === 'ns') {
    throw new SandboxError(
      'SANDBOX_ISOLATION_UNAVAILABLE',
      `A script cannot be given namespaces of its own here: ${obstacle}`,
    );
  }
  const note = `Not isolated from this machine: ${obstacle}. Published ports and temporary folders are the machine's own.`;
  return openHostPlace([note], hostNetworks);
}
