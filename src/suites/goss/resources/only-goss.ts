import { z } from 'zod';
import type { ResourceKind } from '../resource-kind.ts';
import { retrySettings } from '../retry-settings.ts';

/**
 * Types that are about the inside of the container, its name servers, mounts and init system: goss itself tells, put
 * into the container. Their attributes and matchers are checked here all the same.
 */
function onlyGoss(
  kind: Pick<ResourceKind, 'type' | 'nameKey' | 'properties' | 'settings'> & {
    readonly why: string;
  },
): ResourceKind {
  const { why, ...rest } = kind;
  return {
    ...rest,
    isGated: false,
    needs: () => ({ goss: why }),
    look: async () => () => ({ problem: `cannot be told: it ${why}`, fix: 'Set `binary`.' }),
  };
}

export const dns = onlyGoss({
  type: 'dns',
  nameKey: 'resolve',
  properties: { resolvable: {}, resolveable: {}, addrs: {} },
  settings: { timeout: z.number().optional(), server: z.string().optional(), ...retrySettings },
  why: 'asks the name server of the container',
});

export const networkInterface = onlyGoss({
  type: 'interface',
  nameKey: 'name',
  properties: { exists: { isRequired: true }, addrs: {}, mtu: {} },
  settings: {},
  why: 'is a network interface inside of the container',
});

export const kernelParam = onlyGoss({
  type: 'kernel-param',
  nameKey: 'name',
  properties: { value: { isRequired: true } },
  settings: {},
  why: 'is read from /proc/sys inside of the container',
});

export const mount = onlyGoss({
  type: 'mount',
  nameKey: 'mountpoint',
  properties: {
    exists: { isRequired: true },
    opts: {},
    'vfs-opts': {},
    source: {},
    filesystem: {},
    usage: {},
  },
  settings: { timeout: z.number().optional() },
  why: 'is a mount inside of the container',
});

export const service = onlyGoss({
  type: 'service',
  nameKey: 'name',
  properties: { enabled: {}, running: {}, runlevels: {} },
  settings: {},
  why: 'asks the init system of the container',
});
