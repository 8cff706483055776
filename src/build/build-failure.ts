import type { FailedVertex } from './build-progress.ts';
import type { ContextSnapshot } from './context.ts';
import type { DockerfileSource } from './dockerfile-source.ts';

/** All that is known about a build that the engine said no to. */
export interface BuildFailure {
  /** The engine's own message. */
  readonly message: string;
  readonly vertex?: FailedVertex | undefined;
  readonly dockerfile: DockerfileSource;
  readonly context: ContextSnapshot;
}
