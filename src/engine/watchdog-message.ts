import type { OwnedGroup } from './process-groups.ts';

/** What a scope tells its watchdog, one JSON line each. Both ends are of one version. */
export type WatchdogMessage =
  | { readonly filters: readonly string[] }
  | { readonly own: OwnedGroup }
  | { readonly forget: number }
  | { readonly folder: string }
  | { readonly bye: true };
