import type { ScopedContainerSpec } from '../../engine/scope-contract.ts';
import type { Condition } from './service-schema.ts';

/** The service whose exit code decides. */
export const SUT = 'sut';

/** What is run for one Compose file, decided without an engine. */
export interface SutPlan {
  /** Relative to the project. */
  readonly file: string;
  /** Those that `sut` needs and itself, each after the ones it needs. */
  readonly services: readonly ServicePlan[];
  /** Names in the file. */
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
  /** What the file says and nothing comes of, in sentences. */
  readonly notices: readonly string[];
}

export interface ServicePlan {
  readonly name: string;
  readonly image: ServiceImage;
  readonly container: ContainerWishes;
  readonly mounts: readonly PlannedMount[];
  /** Network of the file to the names under which others find the service there. The first one is never absent. */
  readonly networks: Readonly<Record<string, readonly string[]>>;
  readonly needs: readonly Need[];
}

/** What goes to the engine as it is. */
export type ContainerWishes = Pick<
  ScopedContainerSpec,
  | 'capabilities'
  | 'command'
  | 'droppedCapabilities'
  | 'entrypoint'
  | 'env'
  | 'extraHosts'
  | 'healthcheck'
  | 'hostname'
  | 'init'
  | 'isReadOnly'
  | 'labels'
  | 'openStdin'
  | 'restart'
  | 'stopSignal'
  | 'tmpfs'
  | 'tty'
  | 'user'
  | 'workingDir'
>;

export interface Need {
  readonly service: string;
  readonly condition: Condition;
}

export interface PlannedMount {
  readonly type: 'volume' | 'bind';
  /** Volume of the file, or absolute path; absent for an anonymous volume. */
  readonly source?: string | undefined;
  readonly target: string;
  readonly isReadOnly: boolean;
}

/** Where the image of a service comes from. */
export type ServiceImage =
  | { readonly kind: 'tested' }
  | { readonly kind: 'pulled'; readonly reference: string }
  | { readonly kind: 'built'; readonly build: ServiceBuild }
  /** Docker Compose builds it: in a way that is not ours. */
  | { readonly kind: 'composed' };

export interface ServiceBuild {
  /** The service that is built; others may use its image by the name that it gets. */
  readonly service: string;
  /** Absolute. */
  readonly contextFolder: string;
  /** Absolute. */
  readonly dockerfilePath: string;
  readonly target?: string | undefined;
  readonly args: Readonly<Record<string, string>>;
}
