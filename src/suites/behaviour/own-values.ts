import { redactor } from '../../build/secret-args.ts';
import { containerEnv } from '../container-env.ts';
import type { Subject } from './subject.ts';

/** Text of a container with `***` in the place of values that its variables keep secret. */
export function withoutSecrets(text: string, { image }: Subject): string {
  return redactor(containerEnv(image.record, image))(text);
}
