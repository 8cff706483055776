import { z } from 'zod';
import {
  isExpression,
  isHttpTarget,
  isImageName,
  isPlatform,
  isRegistry,
  isRelativePath,
  isRepository,
  isTagTemplate,
} from './schema-checks.ts';
import {
  containerPath,
  duration,
  environment,
  oneOrMany,
  port,
  size,
  VARIABLE_NAME,
} from './schema-values.ts';
import type { Hardening } from './hardening-schema.ts';
import { suitesSchema } from './suite-schema.ts';

/**
 * The one schema of `seatrial.yaml` and `seatrial.config.ts`. The JSON Schema of the package, the reference
 * page and the types all come from here. Unknown keys are errors everywhere.
 */

export const readySchema = z
  .strictObject({
    health: z
      .literal(true)
      .optional()
      .describe("Ready when the image's health check says healthy."),
    log: z
      .string()
      .min(1)
      .superRefine(isExpression)
      .optional()
      .describe('Ready when a log line matches (RE2 syntax).'),
    port: port.optional().describe('Ready when this TCP port listens on more than loopback.'),
    http: z
      .string()
      .superRefine(isHttpTarget)
      .optional()
      .describe('Ready when `[METHOD] [PORT]/path` answers.'),
    status: z
      .int()
      .min(100)
      .max(599)
      .optional()
      .describe('HTTP status that counts as ready. Default: any below 500.'),
    exit: z.int().min(0).max(255).optional().describe('Ready when it ended with this exit code.'),
    timeout: duration.default(60_000).describe('How long it may take. Default: `60s`.'),
  })
  .superRefine((ready, context) => {
    const kinds = (['health', 'log', 'port', 'http', 'exit'] as const).filter(
      (kind) => ready[kind] !== undefined,
    );
    if (kinds.length > 1) {
      const message = `can have only one of ${kinds.map((kind) => `\`${kind}\``).join(' and ')}`;
      context.addIssue({ code: 'custom', message });
    } else if (ready.status !== undefined && ready.http === undefined) {
      context.addIssue({ code: 'custom', message: 'has `status` without `http`' });
    }
  })
  .describe('How to tell that a container of the image is ready. Default: derived from the image.');

export const mountSchema = z.union([
  containerPath.describe('Container path that gets a fresh volume.'),
  z.strictObject({
    tmpfs: containerPath.describe('Container path that gets a file system in memory.'),
  }),
  z.strictObject({
    bind: z.string().superRefine(isRelativePath).describe('Folder or file of the project.'),
    target: containerPath.describe('Where it appears in the container.'),
    read_only: z.boolean().default(true).describe('Refuses writes. Default: `true`.'),
  }),
]);

export const runSchema = z
  .strictObject({
    env: environment.default({}).describe('Environment variables of the container.'),
    command: z.array(z.string()).optional().describe("Replaces the image's CMD."),
    entrypoint: z.array(z.string()).optional().describe("Replaces the image's ENTRYPOINT."),
    user: z.string().min(1).optional().describe("Replaces the image's USER."),
    mounts: z
      .array(mountSchema)
      .default([])
      .describe('Volumes, temporary file systems and files of the project.'),
    memory: size.optional().describe('Memory limit. Default: none.'),
    cpus: z.number().positive().optional().describe('Processor limit. Default: none.'),
    stop_timeout: duration
      .default(10_000)
      .describe('How long the image may take to stop. Default: `10s`.'),
  })
  .describe('How a container of the image is run by every suite.');

export const stateActionSchema = z
  .strictObject({
    http: z
      .string()
      .superRefine(isHttpTarget)
      .optional()
      .describe('`[METHOD] [PORT]/path`, sent to the container.'),
    headers: z.record(z.string(), z.string()).default({}).describe('HTTP headers to send.'),
    body: z.string().optional().describe('Body to send. Default: none.'),
    status: z.int().min(100).max(599).optional().describe('Default: any from 200 to 399.'),
    exec: z.array(z.string()).min(1).optional().describe('A command run inside the container.'),
    expect: z
      .string()
      .superRefine(isExpression)
      .optional()
      .describe('Must match the answer or the output (RE2 syntax). Default: anything.'),
  })
  .refine((action) => (action.http === undefined) !== (action.exec === undefined), {
    message: 'needs exactly one of `http` and `exec`',
  })
  .describe('A request to the container, or a command in it.');

export const stateSchema = z
  .strictObject({ write: stateActionSchema, read: stateActionSchema })
  .describe(
    'One write and one read; from them come answers, ephemeral, restart and persistence checks.',
  );

const condition = z
  .strictObject({
    branch: oneOrMany.optional().describe('Branch names or globs.'),
    tag: oneOrMany.optional().describe('Git tag names or globs.'),
  })
  .describe('All given conditions must hold. Pull requests never ship.');

const tagTemplate = z
  .string()
  .superRefine(isTagTemplate)
  .describe('A literal tag, `latest`, `semver`, or text with placeholders such as `{commit:7}`.');

const tagRuleSchema = z.union([
  tagTemplate,
  z.strictObject({ tag: tagTemplate, when: condition.optional() }),
]);

export const shipSchema = z
  .strictObject({
    repository: z
      .string()
      .superRefine(isRepository)
      .optional()
      .describe(
        '`[host[:port]/]path`. Without a host, `registry` is put before it. Default: image name.',
      ),
    tags: z
      .array(tagRuleSchema)
      .min(1)
      .default(['latest'])
      .describe('Literal tags and templates: see docs/tags.md.'),
    when: condition.optional(),
    keep: z
      .int()
      .min(0)
      .max(100)
      .optional()
      .describe(
        'How many promoted digests stay alive under a tag `keep-…` when no other tag points to them, for rollbacks: see docs/promotion.md. Default: 10 where the registry is known to remove what has no tag, else 0.',
      ),
    through: z
      .literal('engine')
      .optional()
      .describe(
        '`engine`: the engine pushes, and gets the login for it. Default: Seatrial pushes what it packed.',
      ),
    not_secret: z
      .record(z.string(), z.string().min(1))
      .optional()
      .describe(
        'Variable, label or build argument that looks like a secret to the reason why everyone may read it.',
      ),
  })
  .describe('Where and under which tags the tested digest goes.');

export const hookSchema = z.union([
  z
    .string()
    .min(1)
    .transform((run) => ({ run, inputs: [] as string[], creates: [] as string[] })),
  z.strictObject({
    run: z.string().min(1).describe('Shell command, run in the folder of the configuration.'),
    inputs: z.array(z.string()).default([]).describe('Files whose contents decide the result.'),
    creates: z
      .array(z.string())
      .default([])
      .describe('Files it makes. With the same inputs and these present it is not run again.'),
  }),
]);

export const imageSchema = z.strictObject({
  context: z
    .string()
    .superRefine(isRelativePath)
    .default('.')
    .describe('Folder, relative to the configuration file.'),
  dockerfile: z
    .string()
    .superRefine(isRelativePath)
    .default('Dockerfile')
    .describe('Relative to the context.'),
  target: z.string().min(1).optional().describe('Stage to build. Default: the last one.'),
  args: z
    .record(
      z.string().regex(VARIABLE_NAME, 'is no valid name of a build argument'),
      z.union([
        z.union([z.string(), z.number(), z.boolean()]).transform(String),
        z.strictObject({ image: z.string().describe('Another image of this project.') }),
      ]),
    )
    .default({})
    .describe('Build arguments: text, or another image of this project.'),
  platforms: z
    .array(z.string().superRefine(isPlatform))
    .min(1)
    .optional()
    .describe(
      "`linux/amd64`, `linux/arm64`: several are shipped as one index. Default: the engine's own.",
    ),
  untested: z
    .array(z.string().superRefine(isPlatform))
    .min(1)
    .optional()
    .describe('Some of `platforms`, shipped without a test: shown, signed, and up to the policy.'),
  labels: z
    .record(z.string().min(1), z.string())
    .default({})
    .describe('Labels of the image, besides those that come from the commit.'),
  ready: readySchema.optional(),
  run: runSchema.prefault({}),
  state: stateSchema.optional(),
  suites: suitesSchema.prefault({}),
  ship: z
    .union([z.literal(false), shipSchema])
    .optional()
    .describe('Absent or false: never shipped.'),
  hooks: z
    .strictObject({
      pre_build: hookSchema
        .optional()
        .describe('Makes files that the build needs. A text is the command alone.'),
    })
    .prefault({})
    .describe('Commands around the steps of this image.'),
});

export const configSchema = z.strictObject({
  $schema: z.string().optional().describe('For editors; not read.'),
  project: z
    .string()
    .min(1)
    .optional()
    .describe('Name of the project. Default: the folder or git remote.'),
  registry: z
    .string()
    .superRefine(isRegistry)
    .optional()
    .describe('Host of repositories without one. `SEATRIAL_REGISTRY` and `--registry` win.'),
  default_branch: z
    .string()
    .min(1)
    .optional()
    .describe('Where `latest` may come from. Default: from git or CI.'),
  images: z
    .record(z.string().superRefine(isImageName), imageSchema)
    .refine((images) => Object.keys(images).length > 0, 'must not be empty')
    .describe('What to build, test and ship, by name.'),
});

/** What a person writes. */
export type ConfigInput = z.input<typeof configSchema>;
/** What the program reads: defaults filled in, quantities in ms and bytes. */
export type Config = z.output<typeof configSchema>;
export type ImageConfigEntry = z.output<typeof imageSchema>;
export type Ready = z.output<typeof readySchema>;
export type RunSettings = z.output<typeof runSchema>;
export type Mount = z.output<typeof mountSchema>;
export type State = z.output<typeof stateSchema>;
export type StateAction = z.output<typeof stateActionSchema>;
export type ShipSettings = z.output<typeof shipSchema>;
export type Hook = z.output<typeof hookSchema>;

/** The part of an image's settings that says how it runs; all that suites need besides their own. */
export interface ImageProfile {
  readonly ready?: Ready | undefined;
  readonly run: RunSettings;
  readonly state?: State | undefined;
  /** `ship.not_secret`: what the gate lets pass, no suite has to call a secret. */
  readonly notSecret?: ShipSettings['not_secret'];
  /** Of `seatrial.lock`: the least that it was proved to run with. */
  readonly hardening?: Hardening | undefined;
}
