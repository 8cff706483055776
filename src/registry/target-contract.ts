/**
 * What must be known about a family of registries before the first request, or cannot be seen by any. Everything
 * else is found out by what a registry does, never by its name.
 */
export interface Target {
  readonly id: string;
  /** Whether a registry host, as people write it, belongs to the family. */
  matches(host: string): boolean;
  /** Host that speaks the protocol. @default the same */
  readonly endpoint?: string | undefined;
  /** Key in Docker's configuration. @default the host */
  readonly credentialKey?: string | undefined;
  /** Hosts besides its own that hand out its tokens. @default none */
  readonly realms?: readonly string[] | undefined;
  /** Whether it removes manifests that no tag points to, by itself and without being told to. @default false */
  readonly collectsUntagged?: boolean | undefined;
}
