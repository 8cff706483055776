import { z } from 'zod';
import { notExternal, otherNetworkKeys, otherTopKeys, otherVolumeKeys } from './other-keys.ts';
import {
  oldServiceSchema,
  serviceSchema,
  type OldService,
  type Service,
} from './service-schema.ts';
import { filled, mapping, text } from './shapes.ts';

const serviceName = z.string().regex(/^[a-zA-Z0-9._-]+$/u, 'is no name of a service');

const common = { name: filled.optional(), labels: mapping.optional(), external: notExternal };

const networkSchema = z
  .strictObject({
    ...common,
    driver: z.enum(['default', 'bridge']).optional(),
    attachable: z.unknown().optional(),
    ...otherNetworkKeys,
  })
  .nullable();

const volumeSchema = z
  .strictObject({ ...common, driver: z.literal('local').optional(), ...otherVolumeKeys })
  .nullable();

const named = <Value extends z.ZodType>(value: Value) =>
  z
    .record(z.string(), value)
    .nullish()
    .transform((found) => found ?? {});

/**
 * A Compose file since version 2, whatever its `version` says: nobody reads that any more.
 * @see https://docs.docker.com/reference/compose-file/
 */
export const composeSchema = z.strictObject({
  version: text.optional(),
  name: text.optional(),
  services: z.record(serviceName, serviceSchema),
  networks: named(networkSchema),
  volumes: named(volumeSchema),
  ...otherTopKeys,
});

/** The first version: services alone. @see https://docs.docker.com/reference/compose-file/legacy-versions/ */
export const oldComposeSchema = z.record(serviceName, oldServiceSchema);

export interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, unknown>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  /** Whether a volume has to be declared before it is used. */
  readonly declaresVolumes: boolean;
}

/** Brings a file of the first version into the shape of the later ones. */
export function modernise(services: Readonly<Record<string, OldService>>): ComposeFile {
  return {
    services: Object.fromEntries(
      Object.entries(services).map(([name, { dockerfile, ...service }]) => [
        name,
        dockerfile === undefined || service.build === undefined
          ? service
          : { ...service, build: { ...service.build, dockerfile } },
      ]),
    ),
    networks: {},
    volumes: {},
    declaresVolumes: false,
  };
}
