/** The image that a test is about, as its build left it. */
export interface BuiltImage {
  readonly imageId: string;
  readonly imageRef: string;
}

/** Images that another one builds on, as their builds left them, by name. */
export type Parents = ReadonlyMap<string, BuiltImage>;

/** The same, with what it was built on. */
export interface TestedImage extends BuiltImage {
  readonly parents?: Parents | undefined;
}
