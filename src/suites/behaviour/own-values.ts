import { looksSecret, redactor } from '../../build/secret-args.ts';
import { containerEnv } from '../container-env.ts';
import type { Subject } from './subject.ts';

/** Names of variables whose values look as if they were secret, without those that the owner says are not. */
export function secretNamesOf({ image }: Subject): readonly string[] {
  const { notSecret = {} } = image.profile;
  return Object.keys(containerEnv(image.record, image)).filter(
    (name) => looksSecret(name) && !IS_PLACE.test(name) && !Object.hasOwn(notSecret, name),
  );
}

/** `DB_PASSWORD_FILE` says where the secret is. */
const IS_PLACE = /_(?:FILE|PATH|DIR|URL)$/iu;

/** Text of a container with `***` in the place of values that its variables keep secret. */
export function withoutSecrets(text: string, { image }: Subject): string {
  return redactor(containerEnv(image.record, image))(text);
}
