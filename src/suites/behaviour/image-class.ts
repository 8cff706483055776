/**
 * What kind of thing an image is, found out by starting it once. Checks name the classes they apply to, so
 * that a tool is not blamed for ending and a database not for missing its password.
 *
 * - `service`: becomes ready and stays up
 * - `one-shot`: does its work and ends with exit code 0
 * - `shell`: its command is a shell that ends at once without a terminal: a base image
 * - `needs-config`: says no, quickly, because nobody told it what it must know
 * - `library`: has no command at all: made to be copied or built from
 * - `broken`: cannot be started, crashes, or ends though its settings say that it runs
 */
export const imageClasses = [
  'service',
  'one-shot',
  'shell',
  'needs-config',
  'library',
  'broken',
] as const;

export type ImageClass = (typeof imageClasses)[number];

/** What an image is, and why it was taken for that. */
export interface Classification {
  readonly imageClass: ImageClass;
  /** One clause without a final stop: `it ended with exit code 0 after 0.2 s`. */
  readonly because: string;
}
