import { z } from 'zod';
import { checkGroups } from './check-groups.ts';
import { allowableRules } from './policy-rules.ts';
import { isExpression, isRelativePath } from './schema-checks.ts';
import {
  containerPath,
  duration,
  environment,
  oneOrMany,
  size,
  VARIABLE_NAME,
} from './schema-values.ts';

/** Settings of each kind of suite, as they stand under `suites` of an image. */

export const fileSuiteSchema = z.union([
  oneOrMany.transform((files) => ({ files, timeout: 300_000, env: [] as string[] })),
  z.strictObject({
    files: oneOrMany.describe('Paths or globs, relative to the configuration file.'),
    timeout: duration.default(300_000).describe('For one file. Default: `5m`.'),
    env: z
      .array(z.string().regex(VARIABLE_NAME, 'is no valid name of an environment variable'))
      .default([])
      .describe('Environment variables whose values matter for the result.'),
  }),
]);

const scriptSettings = z.strictObject({
  files: oneOrMany.describe('Paths or globs, relative to the configuration file.'),
  timeout: duration.default(300_000).describe('For one file. Default: `5m`.'),
  env: z
    .array(z.string().regex(VARIABLE_NAME, 'is no valid name of an environment variable'))
    .default([])
    .describe('Environment variables whose values matter for the result.'),
  parallel: z
    .boolean()
    .default(false)
    .describe(
      'Run the scripts at the same time. Each has an engine of its own; `/tmp` they share. Default: `false`.',
    ),
  allow: z
    .array(z.enum(allowableRules))
    .default([])
    .describe('Rules of the sandbox that do not hold for these scripts. Default: all hold.'),
});

export const scriptSuiteSchema = z.union([
  oneOrMany.transform((files) => scriptSettings.parse({ files })),
  scriptSettings,
]);

export const structureSuiteSchema = z.union([
  oneOrMany.transform((files) => ({
    files,
    compat: false,
    timeout: 300_000,
    env: [] as string[],
  })),
  z.strictObject({
    files: oneOrMany.describe('Paths or globs, relative to the configuration file.'),
    compat: z
      .boolean()
      .default(false)
      .describe(
        'Judge as container-structure-test 1.22 does, its traps included. Default: `false`, where a trap is an error.',
      ),
    timeout: duration.default(300_000).describe('For one command. Default: `5m`.'),
    env: z
      .array(z.string().regex(VARIABLE_NAME, 'is no valid name of an environment variable'))
      .default([])
      .describe('Credentials that `containerRunOptions.envVars` may pass on.'),
  }),
]);

const gossSettings = z.strictObject({
  files: oneOrMany.describe('Paths or globs of files of goss, relative to the configuration file.'),
  vars: oneOrMany
    .default([])
    .describe('Files of variables for `.Vars` in templates; later ones win. Default: none.'),
  env: z
    .array(z.string().regex(VARIABLE_NAME, 'is no valid name of an environment variable'))
    .default([])
    .describe('Variables that `.Env` in templates has besides those of the container.'),
  package: z
    .enum(['dpkg', 'apk', 'rpm', 'pacman'])
    .optional()
    .describe('Package manager of the image. Default: found out.'),
  start: z
    .enum(['auto', 'always'])
    .default('auto')
    .describe(
      'When a container is started: `auto`, when a resource needs one; `always`, also when all are files. Default: `auto`.',
    ),
  binary: z
    .string()
    .superRefine(isRelativePath)
    .optional()
    .describe(
      'Your goss for Linux, put into the container for what only goss can tell: `dns`, `mount` and the like. Default: none.',
    ),
  timeout: duration
    .default(300_000)
    .describe('For one resource, and for the run of `binary`. Default: `5m`.'),
});

export const gossSuiteSchema = z.union([
  oneOrMany.transform((files) => gossSettings.parse({ files })),
  gossSettings,
]);

const refusalSchema = z
  .strictObject({
    env: environment.default({}).describe('Variables besides those of `run`, or in their place.'),
    command: z.array(z.string()).min(1).optional().describe("Replaces the image's CMD."),
    says: z
      .string()
      .min(1)
      .superRefine(isExpression)
      .optional()
      .describe('Must match what it prints (RE2 syntax). Default: anything but nothing.'),
    within: duration.default(10_000).describe('How soon it has to end. Default: `10s`.'),
  })
  .refine(({ env, command }) => Object.keys(env).length > 0 || command !== undefined, {
    message: 'needs `env` or `command`',
  })
  .describe('A configuration that cannot be right.');

const behaviourObject = z
  .strictObject({
    group: z
      .enum(checkGroups)
      .optional()
      .describe(
        '`static`: without a container; `quick`: and one start; `standard`: and what shows in more starts; `full`: all. Default: `standard`.',
      ),
    only: z.array(z.string()).optional().describe('Run these checks alone.'),
    skip: z
      .record(z.string(), z.string().min(1))
      .default({})
      .describe('Check id to the reason why it does not apply. Reported.'),
    may_write: z
      .array(containerPath)
      .default([])
      .describe('Paths outside volumes that the image may write to.'),
    refuses: z
      .array(refusalSchema)
      .min(1)
      .optional()
      .describe(
        'Configurations that the image has to refuse: it ends soon, not with 0, and says why. Default: none.',
      ),
    upgrade: z
      .strictObject({
        from: z
          .string()
          .min(1)
          .default('latest')
          .describe('Tag of the release, in the repository that the image is shipped to.'),
        breaking: z
          .string()
          .min(1)
          .optional()
          .describe(
            'Why it cannot take over by itself: then it has to refuse, and leave the data alone.',
          ),
      })
      .optional()
      .describe('Tries the image on the volumes of a release. Default: not tried.'),
    reproducible: z
      .literal(true)
      .optional()
      .describe(
        'Builds the image two more times without the cache: both must hold the same. Default: not tried.',
      ),
    max_size: size
      .optional()
      .describe('All layers of the image together, unpacked. Default: any size passes.'),
  })
  .refine(({ group, only }) => group === undefined || only === undefined, {
    message: 'can have only one of `group` and `only`',
  });

export const behaviourSuiteSchema = z.union([
  z.literal(false).describe('No behaviour checks.'),
  behaviourObject,
]);

export const suitesSchema = z
  .strictObject({
    behaviour: behaviourSuiteSchema
      .prefault({})
      .describe('Checks that need no configuration; `false` turns them off.'),
    structure: structureSuiteSchema
      .optional()
      .describe('Files of container-structure-test, schema 1.0.0 and 2.0.0.'),
    goss: gossSuiteSchema.optional().describe('Files of goss: `goss.yaml` and the like.'),
    script: scriptSuiteSchema.optional().describe('Executables; exit code 0 is a pass.'),
    spec: fileSuiteSchema.optional().describe('Vitest files that use `seatrial/test`.'),
    sut: fileSuiteSchema
      .optional()
      .describe('Compose files (`docker-compose.test.yml`) whose service `sut` decides.'),
  })
  .describe('What proves the image. The behaviour checks run unless they are turned off.');

export type ScriptSuite = z.output<typeof scriptSuiteSchema>;
export type FileSuite = z.output<typeof fileSuiteSchema>;
export type StructureSuite = z.output<typeof structureSuiteSchema>;
export type GossSuite = z.output<typeof gossSuiteSchema>;
export type Refusal = z.output<typeof refusalSchema>;
export type BehaviourSuite = Exclude<z.output<typeof behaviourSuiteSchema>, false>;
