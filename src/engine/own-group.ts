import type { Scope } from './scope-contract.ts';

/**
 * Runs a program whose process group is the scope's for as long as it runs, so that it ends with the scope, also after
 * `kill -9`. `run` starts it, and tells `onGroup` its process group.
 */
export async function asOwnGroup<End>(
  scope: Pick<Scope, 'ownProcessGroup'>,
  run: (onGroup: (pgid: number) => void) => Promise<End>,
): Promise<End> {
  let forget: (() => void) | undefined;
  try {
    return await run((pgid) => {
      forget = scope.ownProcessGroup(pgid);
    });
  } finally {
    forget?.();
  }
}
