/** A secret in the contents of a file. Never its value. */
export interface FoundSecret {
  /** With its article: `a private key`. */
  readonly kind: string;
  /** Whether whoever has the image surely has a secret; else it only looks like one, or is made for tests. */
  readonly isCertain: boolean;
}
