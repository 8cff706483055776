import type { Environment } from '../host/environment.ts';
import type { CiEnvironment } from '../kernel/ci-environment.ts';

/** One CI service: how to recognise it, what its variables mean, and a thin file that calls Seatrial there. */
export interface Provider {
  readonly id: string;
  /** As people write it. */
  readonly name: string;
  /** Where its variables are documented. */
  readonly docs: string;
  isHere(env: Environment): boolean;
  read(variables: ProviderVariables): ProviderFacts;
  /** What `seatrial init` writes for it. */
  readonly pipelineFile: PipelineFile;
}

export interface ProviderVariables {
  /** The variable; absent when unset or empty. */
  readonly get: (name: string) => string | undefined;
  /** The text of a file that a variable names; absent when it is unset or the file cannot be read. */
  readonly textOf: (name: string) => string | undefined;
}

export type ProviderFacts = Omit<CiEnvironment, 'provider' | 'committedAt' | 'isDirty'>;

export interface PipelineFile {
  /** Relative to the root of the repository. */
  readonly path: string;
  render(options: { readonly command: string }): string;
}
