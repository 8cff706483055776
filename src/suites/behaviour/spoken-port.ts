/** What a port that listens does when somebody comes. */
export interface SpokenPort {
  readonly port: number;
  readonly speaks:
    | { readonly kind: 'http'; readonly status: number }
    | { readonly kind: 'tls'; readonly protocol: string }
    /** It takes the connection: it waits for the client to begin, or talks something else. */
    | { readonly kind: 'other' }
    /** It does not take the connection. */
    | { readonly kind: 'refused'; readonly because: string }
    /** Nobody gets there from here, which says nothing of the image. */
    | { readonly kind: 'unreached'; readonly because: string };
}
