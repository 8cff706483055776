import type { Environment } from '../../host/environment.ts';
import {
  startResident,
  type ResidentProcess,
  type ResidentStart,
} from '../../host/resident-process.ts';
import { holderCommand, outboundCommand, type Holder, type LaunchUser } from './launch.ts';

export type NetworkAttempt =
  | { readonly holder: Holder; readonly process: ResidentProcess; readonly obstacle?: undefined }
  | { readonly obstacle: string; readonly holder?: undefined };

/** Makes a network for one script: as root first without a user namespace, then with one. */
export async function holdNetwork(
  user: Pick<LaunchUser, 'uid' | 'gid'>,
  env: Environment,
): Promise<NetworkAttempt> {
  const attempts = user.uid === 0 ? [false, true] : [true];
  let first: string | undefined;
  for (const hasUserNamespace of attempts) {
    const launchUser = { ...user, hasUserNamespace };
    const [file, ...argv] = holderCommand(launchUser);
    const { process, obstacle } = await startResident(file, argv, env);
    if (process !== undefined) return { holder: { pid: process.pid, user: launchUser }, process };
    first ??= obstacle;
  }
  return { obstacle: first ?? 'nothing was tried' };
}

/** Opens the way out of a held network; an obstacle where this machine has none. */
export async function openOutbound(holder: Holder, env: Environment): Promise<ResidentStart> {
  const [file, ...argv] = outboundCommand(holder);
  return await startResident(file, argv, env);
}
