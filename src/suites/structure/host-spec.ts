import type { Scope, ScopedContainerSpec } from '../../engine/scope-contract.ts';
import { once } from '../once.ts';
import type { HostSettings } from './plan-command.ts';

export type HostSpec = Pick<ScopedContainerSpec, 'capabilities' | 'isPrivileged' | 'binds'>;

/** Makes of `containerRunOptions` what a container is created with. */
export type ToHostSpec = (host: HostSettings) => Promise<HostSpec>;

/**
 * A bind that names a volume gets one of the scope's, the same for all containers: one of that name would stay on the
 * engine, and might be somebody's.
 */
export function hostSpecsIn(scope: Scope): ToHostSpec {
  const volumes = new Map<string, Promise<string>>();
  const toBind = async (bind: string): Promise<string> => {
    const [, name, rest = ''] = /^(\w[\w.-]*)(:.*)$/u.exec(bind) ?? [];
    if (name === undefined) return bind;
    return (await once(volumes, name, () => scope.createVolume(name))) + rest;
  };
  return async (host) => ({
    capabilities: host.capabilities,
    isPrivileged: host.privileged,
    binds: await Promise.all(host.bindMounts.map(toBind)),
  });
}
