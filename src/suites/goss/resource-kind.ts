import type { z } from 'zod';
import type { Diagnostic } from '../../config/diagnostics.ts';
import type { FileWishes } from '../gather-files.ts';
import type { Matcher } from './matchers/matcher.ts';
import type { Scene } from './world.ts';

/** One type of resource of goss. The types are listed in `resources/index.ts`. */
export interface ResourceKind {
  /** Its key at the top of a file: `file`. */
  readonly type: string;
  /** The attribute that says what is looked at, in the place of the id. Absent where the id is only a name. */
  readonly nameKey?: string | undefined;
  /** What can be asked, in the order in which goss asks. */
  readonly properties: Readonly<Record<string, PropertyKind>>;
  /** Attributes that nothing is asked of. */
  readonly settings: z.ZodRawShape;
  /** Whether the rest is skipped when the first property is false or not as it should be. */
  readonly isGated: boolean;
  /** What is wrong with what is to be looked at, so that looking would tell nothing. */
  readonly refuses?: ((name: string) => Refusal | undefined) | undefined;
  readonly needs: (resource: Resource) => Needs;
  /** Files to look at, all together, before anything is judged. */
  readonly wishes?:
    | ((resource: Resource, env: Readonly<Record<string, string>>) => Partial<FileWishes>)
    | undefined;
  /** Looks, and gives what each property is. Called again for each attempt. */
  readonly look: (resource: Resource, scene: Scene) => Promise<Look>;
  /** A `docker` command that shows the same by hand. */
  readonly byHand?: ((resource: Resource, ref: string) => string) | undefined;
}

export interface Refusal {
  readonly message: string;
  readonly suggestion: string;
}

export interface PropertyKind {
  readonly isRequired?: boolean | undefined;
  /** A list asks for patterns in its lines, and an empty list for nothing at all. */
  readonly isText?: boolean | ((attributes: Resource['attributes']) => boolean) | undefined;
}

/**
 * - `nothing`: it can be told from the file of tests alone.
 * - `files`: from the files of the image.
 * - `service`: from a running container.
 * - `goss`: only goss itself can tell, from inside of the container; the text says why, after the name of the resource.
 */
export type Needs = 'nothing' | 'files' | 'service' | { readonly goss: string };

/** What a property is, by its name. */
export type Look = (property: string) => Fact | Promise<Fact>;

export type Fact =
  | {
      readonly value: unknown;
      /** What to do when it is not as it should be. */
      readonly fix?: string | undefined;
    }
  /** Why it cannot be told, to follow the name of the property: `cannot be read: …`. */
  | {
      readonly problem: string;
      readonly fix: string;
      readonly evidence?: string | undefined;
    };

/** One resource of a file, read. */
export interface Resource {
  readonly kind: ResourceKind;
  readonly id: string;
  /** What is looked at. */
  readonly name: string;
  /** Path of the file that it stands in. */
  readonly file: string;
  /** As it is written, for the settings and for goss itself. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** In the order of the kind. */
  readonly asked: readonly AskedProperty[];
  readonly isSkipped: boolean;
  /** How often it is looked at again, and how long apart. */
  readonly retries: number;
  readonly retryDelayMs: number;
  /** A problem with the whole of it, at its place. */
  diagnose(problem: {
    readonly message: string;
    readonly suggestion?: string | undefined;
  }): Diagnostic;
}

export interface AskedProperty {
  readonly property: string;
  /** Absent where an empty list asks for nothing. */
  readonly matcher?: Matcher | undefined;
}
