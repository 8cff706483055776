import type { OwnedGroup } from './process-groups.ts';

/**
 * What a scope tells its watchdog, one JSON line each. Both ends are of one version. The filters of its objects are
 * no message but arguments: the owner may be killed before the first message is written.
 */
export type WatchdogMessage =
  | { readonly own: OwnedGroup }
  | { readonly forget: number }
  | { readonly folder: string }
  | { readonly bye: true };
