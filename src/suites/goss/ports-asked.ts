import { isLocalHost } from './local-host.ts';
import type { Resource } from './resource-kind.ts';

/** TCP ports of the container that requests go to. */
export function portsOf(resources: readonly Resource[]): readonly number[] {
  const ports = resources.flatMap(({ kind, name }) => {
    const url = kind.type === 'http' ? URL.parse(name) : null;
    if (url === null || !isLocalHost(url.hostname)) return [];
    return [Number(url.port || (url.protocol === 'https:' ? 443 : 80))];
  });
  return [...new Set(ports)];
}
