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
> {
  /** Folders that it may write, empty at first. @default none */
  readonly tmpfs?: readonly string[] | undefined;
  /** Folders that it may write, which have what the image has in them. @default none */
  readonly volumes?: readonly string[] | undefined;
}

/** The same as options of `docker run`. */
export function dockerFlags(circumstances: Circumstances): readonly string[] {
  const { isReadOnly, tmpfs = [], volumes = [], user, network, cpus, memoryBytes } = circumstances;
  const { droppedCapabilities = [], capabilities = [] } = circumstances;
  return [
    ...(isReadOnly === true ? ['--read-only'] : []),
    ...tmpfs.map((path) => `--tmpfs ${quote(path)}`),
    ...volumes.map((path) => `-v ${quote(path)}`),
    ...(user === undefined ? [] : [`--user ${quote(user)}`]),
    ...droppedCapabilities.map((name) => `--cap-drop ${name}`),
    ...capabilities.map((name) => `--cap-add ${name}`),
    ...(circumstances.isWithoutNewPrivileges === true ? ['--security-opt no-new-privileges'] : []),
    ...(network === undefined ? [] : [`--network ${quote(network)}`]),
    ...(memoryBytes === undefined ? [] : [`--memory ${String(memoryBytes)}`]),
    ...(cpus === undefined ? [] : [`--cpus ${String(cpus)}`]),
    ...(circumstances.openStdin === true ? ['-i'] : []),
    ...(circumstances.tty === true ? ['-t'] : []),
  ];
}
