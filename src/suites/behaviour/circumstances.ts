import type { ScopedContainerSpec } from '../../engine/scope-contract.ts';
import { quote } from '../shell-quote.ts';

/** What a container is denied, or given, besides what its profile says. */
export interface Circumstances extends Pick<
  ScopedContainerSpec,
  | 'isReadOnly'
  | 'user'
  | 'droppedCapabilities'
  | 'capabilities'
  | 'isWithoutNewPrivileges'
  | 'network'
  | 'memoryBytes'
  | 'cpus'
  | 'tty'
  | 'openStdin'
  | 'hostname'
  | 'sysctls'
> {
  /** Folders that it may write, empty at first. @default none */
  readonly tmpfs?: readonly string[] | undefined;
  /** Folders that it may write, which have what the image has in them. @default none */
  readonly volumes?: readonly string[] | undefined;
}

/** The same as options of `docker run`. */
export function dockerFlags(circumstances: Circumstances): readonly string[] {
  const { user, network, cpus, memoryBytes, hostname, sysctls = {} } = circumstances;
  return [
    ...option('--read-only', circumstances.isReadOnly),
    ...option('--tmpfs', circumstances.tmpfs),
    ...option('-v', circumstances.volumes),
    ...option('--user', user),
    ...option('--cap-drop', circumstances.droppedCapabilities),
    ...option('--cap-add', circumstances.capabilities),
    ...option('--security-opt no-new-privileges', circumstances.isWithoutNewPrivileges),
    ...option('--network', network),
    ...option('--memory', memoryBytes),
    ...option('--cpus', cpus),
    ...option('--hostname', hostname),
    ...option(
      '--sysctl',
      Object.entries(sysctls).map(([name, value]) => `${name}=${value}`),
    ),
    ...option('-i', circumstances.openStdin),
    ...option('-t', circumstances.tty),
  ];
}

/** Once for each value; a switch has none. */
function option(
  name: string,
  value: boolean | number | string | readonly string[] | undefined,
): readonly string[] {
  if (value === undefined || value === false) return [];
  if (value === true) return [name];
  return [value].flat().map((each) => `${name} ${quote(String(each))}`);
}
