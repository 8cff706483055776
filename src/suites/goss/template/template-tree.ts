/** A template, read. Offsets are characters from the beginning of the file. */
export type Block = readonly TemplateNode[];

export type TemplateNode =
  | { readonly kind: 'text'; readonly text: string; readonly offset: number }
  | { readonly kind: 'output'; readonly pipeline: Pipeline; readonly offset: number }
  | {
      readonly kind: 'if' | 'with' | 'range';
      readonly pipeline: Pipeline;
      readonly body: Block;
      readonly otherwise: Block;
      readonly offset: number;
    }
  | { readonly kind: 'break' | 'continue'; readonly offset: number };

export interface Pipeline {
  /** Variables that get its value, with their dollar; `range` may have two. */
  readonly variables: readonly string[];
  /** Whether they are there already. */
  readonly isAssignment: boolean;
  readonly commands: readonly Command[];
  readonly offset: number;
}

/** A value, or a function with its arguments. */
export interface Command {
  readonly terms: readonly Term[];
  readonly offset: number;
}

export type Term = {
  /** Fields that are looked up in the value, one after the other. */
  readonly fields: readonly string[];
  readonly offset: number;
} & (
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'dot' }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'pipeline'; readonly pipeline: Pipeline }
);
