import type { ImageConfig } from '../../engine/contract.ts';
import type { SuiteContext } from '../contract.ts';
import type { CommandRunner } from './command-end.ts';
import type { ImageFiles } from '../image-files.ts';
import type { HostSettings } from './plan-command.ts';

/** What tests are about: an image, and a way to look into it and to run it. */
export interface World {
  /** How people refer to the image. */
  readonly ref: string;
  readonly config: ImageConfig;
  readonly commands: CommandRunner;
  /** The files of the image, with the mounts of these settings. */
  files(host: HostSettings): Promise<ImageFiles>;
}

export interface StructureTrial extends Pick<SuiteContext, 'report' | 'signal' | 'concurrency'> {
  readonly world: World;
  readonly isCompat: boolean;
}
