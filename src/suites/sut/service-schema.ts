import { z } from 'zod';
import type { RestartRule } from '../../engine/contract.ts';
import { healthcheckSchema } from './healthcheck-schema.ts';
import {
  notPrivileged,
  otherBindKeys,
  otherBuildKeys,
  otherDependencyKeys,
  otherEndpointKeys,
  otherMountKeys,
  otherServiceKeys,
  otherTmpfsKeys,
} from './other-keys.ts';
import {
  command,
  duration,
  filled,
  flag,
  mapping,
  oneOrMany,
  refuse,
  size,
  text,
} from './shapes.ts';
import { parseVolume, type WrittenMount } from './volume-words.ts';

/**
 * A service as our own runner knows it, in one shape for the forms that each key has.
 * @see https://docs.docker.com/reference/compose-file/services/
 */

export const conditions = [
  'service_started',
  'service_healthy',
  'service_completed_successfully',
] as const;
export type Condition = (typeof conditions)[number];

const buildSchema = z.union([
  filled.transform((context) => ({ context, args: {} })),
  z.strictObject({
    context: filled.default('.'),
    dockerfile: filled.optional(),
    args: mapping.default({}),
    target: filled.optional(),
    ...otherBuildKeys,
  }),
]);

const dependencySchema = z.strictObject({
  condition: z.enum(conditions).default('service_started'),
  restart: flag.optional(),
  ...otherDependencyKeys,
});

const dependsOn = z
  .union([
    z
      .array(filled)
      .transform((names) =>
        Object.fromEntries(names.map((name) => [name, { condition: conditions[0] }])),
      ),
    z.record(filled, dependencySchema),
  ])
  .transform((found): Readonly<Record<string, { readonly condition: Condition }>> => found);

const endpointSchema = z
  .strictObject({ aliases: z.array(filled).default([]), ...otherEndpointKeys })
  .nullable();

const serviceNetworks = z.union([
  z.array(filled).transform((names) => Object.fromEntries(names.map((name) => [name, null]))),
  z.record(filled, endpointSchema),
]);

const shortVolume = text.transform((value, context): WrittenMount => {
  const reading = parseVolume(value);
  return reading.ok ? reading.mount : refuse(context, reading.problem);
});

const longVolume = z
  .strictObject({
    type: z.enum(['volume', 'bind', 'tmpfs']),
    source: filled.optional(),
    target: text.startsWith('/', 'must be an absolute path'),
    read_only: flag.default(false),
    consistency: text.optional(),
    bind: z.strictObject({ create_host_path: flag.default(true), ...otherBindKeys }).optional(),
    tmpfs: z.strictObject({ size: size.optional(), ...otherTmpfsKeys }).optional(),
    ...otherMountKeys,
  })
  .superRefine((mount, context) => {
    if (mount.type === 'bind' && mount.source === undefined) refuse(context, 'needs a `source`');
  })
  .transform(({ type, source, target, ...rest }): WrittenMount & typeof rest => ({
    ...rest,
    type,
    source,
    target,
    isReadOnly: rest.read_only,
    createsSource: rest.bind?.create_host_path ?? false,
    sizeBytes: rest.tmpfs?.size,
    unused: [],
  }));

/** Absent for `no`. */
const restart = text.transform((value, context): RestartRule | undefined => {
  const [name, attempts, ...more] = value.split(':');
  if (name === 'no' && attempts === undefined) return undefined;
  const when = RESTARTS.find((each) => each === name);
  const isCount = attempts === undefined || (when === 'on-failure' && /^\d+$/u.test(attempts));
  if (when === undefined || !isCount || more.length > 0) {
    return refuse(
      context,
      'must be `no`, `always`, `unless-stopped`, `on-failure` or `on-failure:3`',
    );
  }
  return { when, attempts: attempts === undefined ? undefined : Number(attempts) };
});

const RESTARTS = ['always', 'unless-stopped', 'on-failure'] as const;

const envFile = z.union([
  filled.transform((path) => ({ path, required: true })),
  z.strictObject({
    path: filled,
    required: flag.default(true),
    format: z.literal('raw').optional(),
  }),
]);

/** `name:address`, `name=address`, or a map. */
const extraHosts = z.union([
  z
    .array(filled.regex(/^[^:=]+[:=].+$/u, 'must look like `name:address`'))
    .transform((lines) => lines.map((line) => line.replace(/^([^:=]+)[:=]/u, '$1:'))),
  z
    .record(filled, oneOrMany)
    .transform((hosts) =>
      Object.entries(hosts).flatMap(([name, all]) => all.map((address) => `${name}:${address}`)),
    ),
]);

export const serviceSchema = z.strictObject({
  build: buildSchema.optional(),
  image: filled.optional(),
  command: command.optional(),
  entrypoint: command.optional(),
  environment: mapping.default({}),
  env_file: z.union([envFile.transform((one) => [one]), z.array(envFile)]).default([]),
  depends_on: dependsOn.default({}),
  links: z.array(filled).default([]),
  ports: z.array(z.unknown()).default([]),
  expose: z.array(filled).default([]),
  volumes: z.array(z.union([shortVolume, longVolume])).default([]),
  networks: serviceNetworks.optional(),
  working_dir: filled.optional(),
  user: filled.optional(),
  healthcheck: healthcheckSchema.optional(),
  tmpfs: oneOrMany.default([]),
  cap_add: z.array(filled).optional(),
  cap_drop: z.array(filled).optional(),
  read_only: flag.optional(),
  privileged: notPrivileged,
  stop_signal: filled.optional(),
  stop_grace_period: duration.optional(),
  extra_hosts: extraHosts.optional(),
  hostname: filled.optional(),
  container_name: filled.optional(),
  restart: restart.optional(),
  init: flag.optional(),
  tty: flag.optional(),
  stdin_open: flag.optional(),
  labels: mapping.default({}),
  logging: z.unknown().optional(),
  ...otherServiceKeys,
});

/** Keys that only files without `services` have. */
export const oldServiceSchema = serviceSchema.extend({
  dockerfile: filled.optional(),
  log_driver: text.optional(),
  log_opt: z.unknown().optional(),
});

export type Service = z.output<typeof serviceSchema>;
export type OldService = z.output<typeof oldServiceSchema>;
export type EnvFile = Service['env_file'][number];
