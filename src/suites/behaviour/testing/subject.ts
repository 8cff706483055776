import { imageSchema, type ConfigInput, type ImageProfile } from '../../../config/schema.ts';
import type { ImageConfig, ImageRecord } from '../../../engine/contract.ts';
import { digestOf } from '../../../kernel/digest.ts';
import type { Subject } from '../subject.ts';

type ImageInput = ConfigInput['images'][string];

export interface SubjectOptions {
  readonly config?: Partial<ImageConfig> | undefined;
  /** `ready`, `run` and `state` as in seatrial.yaml, and `ship.not_secret`. */
  readonly profile?:
    | (Pick<ImageInput, 'ready' | 'run' | 'state'> & Pick<ImageProfile, 'notSecret'>)
    | undefined;
  readonly mayWrite?: readonly string[] | undefined;
  readonly name?: string | undefined;
}

const emptyConfig: ImageConfig = {
  entrypoint: [],
  command: ['/server'],
  env: ['PATH=/bin'],
  exposedPorts: [],
  volumes: [],
  user: '',
  workingDir: '',
  labels: {},
};

/** A subject without an engine, for tests of what is decided from facts. */
export function createSubject(options: SubjectOptions = {}): Subject {
  const { notSecret, ...written } = options.profile ?? {};
  const { ready, run, state } = imageSchema.parse(written);
  const name = options.name ?? 'app';
  const record: ImageRecord = {
    id: digestOf(name),
    tags: [`${name}:latest`],
    repoDigests: [],
    platform: { os: 'linux', architecture: 'amd64' },
    sizeBytes: 1,
    diffIds: [],
    config: { ...emptyConfig, ...options.config },
  };
  return {
    image: { name, ref: `${name}:latest`, record, profile: { ready, run, state, notSecret } },
    projectFolder: '/project',
    mayWrite: options.mayWrite ?? [],
  };
}
