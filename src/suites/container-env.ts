import type { ImageProfile } from '../config/schema.ts';
import type { ImageRecord } from '../engine/contract.ts';

/** Environment variables that a container of an image has, as its settings run it. */
export function containerEnv(
  record: Pick<ImageRecord, 'config'> | undefined,
  { profile }: { readonly profile: ImageProfile },
): Readonly<Record<string, string>> {
  const env: Record<string, string> = {};
  for (const line of record?.config.env ?? []) {
    const [, name = line, value = ''] = /^([^=]*)=(.*)$/su.exec(line) ?? [];
    env[name] = value;
  }
  return { ...env, ...profile.run.env };
}
