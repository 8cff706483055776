import { imageSchema, type ConfigInput } from '../../../config/schema.ts';
import type { ImageConfig, ImageRecord } from '../../../engine/contract.ts';
import { digestOf } from '../../../kernel/digest.ts';
import type { Subject } from '../subject.ts';

type ImageInput = ConfigInput['images'][string];

export interface SubjectOptions {
  readonly config?: Partial<ImageConfig> | undefined;
  /** `ready`, `run` and `state` as in seatrial.yaml. */
  readonly profile?: Pick<ImageInput, 'ready' | 'run' | 'state'> | undefined;
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
  const { ready, run, state } = imageSchema.parse({ ...options.profile });
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
    image: { name, ref: `${name}:latest`, record, profile: { ready, run, state } },
    projectFolder: '/project',
    mayWrite: options.mayWrite ?? [],
  };
}
