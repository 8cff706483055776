import { z } from 'zod';

/**
 * The files of container-structure-test, as they are written. What is absent, and what is null, is an empty value there;
 * only where empty and absent differ does it stay absent here.
 * @see https://github.com/GoogleContainerTools/container-structure-test/blob/v1.22.0/README.md
 * @see https://github.com/GoogleContainerTools/container-structure-test/tree/v1.22.0/pkg/types
 */

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);
const int = z
  .int()
  .nullish()
  .transform((value) => value ?? 0);
const list = <Item extends z.ZodType>(item: Item) =>
  z
    .array(item)
    .nullish()
    .transform((value) => value ?? []);

const variable = z.strictObject({ key: text, value: text, isRegex: flag });

/** -1 means that it is not asked for. */
const owner = z.int().nullish();

const commandTest = {
  name: text,
  setup: list(list(text)),
  teardown: list(list(text)),
  envVars: list(variable),
  exitCode: int,
  expectedOutput: list(text),
  excludedOutput: list(text),
  expectedError: list(text),
  excludedError: list(text),
};

const existenceTest = {
  name: text,
  path: text,
  shouldExist: z.boolean().nullish(),
  permissions: text,
};

const contentTest = z.strictObject({
  name: text,
  path: text,
  expectedContents: list(text),
  excludedContents: list(text),
});

const metadataTest = z.strictObject({
  envVars: list(variable),
  unboundEnvVars: list(variable),
  exposedPorts: list(text),
  unexposedPorts: list(text),
  entrypoint: z.array(text).nullish(),
  cmd: z.array(text).nullish(),
  workdir: z.string().nullish(),
  user: z.string().nullish(),
  volumes: list(text),
  unmountedVolumes: list(text),
  labels: list(variable),
});

const licenseTest = z.strictObject({ debian: flag, files: list(text) });

const containerRunOptions = z.strictObject({
  user: text,
  privileged: flag,
  allocateTty: flag,
  envFile: text,
  envVars: list(text),
  capabilities: list(text),
  bindMounts: list(text),
});

/** What both schemas have. */
const common = {
  globalEnvVars: list(variable),
  fileContentTests: list(contentTest),
  licenseTests: list(licenseTest),
};

export const fileSchemas = {
  '1.0.0': z.strictObject({
    schemaVersion: z.string(),
    ...common,
    commandTests: list(z.strictObject({ ...commandTest, command: list(text) })),
    fileExistenceTests: list(z.strictObject(existenceTest)),
  }),
  '2.0.0': z.strictObject({
    schemaVersion: z.string(),
    ...common,
    commandTests: list(z.strictObject({ ...commandTest, command: text, args: list(text) })),
    fileExistenceTests: list(
      z.strictObject({ ...existenceTest, uid: owner, gid: owner, isExecutableBy: text }),
    ),
    metadataTest: metadataTest.nullish(),
    containerRunOptions: containerRunOptions.nullish(),
  }),
} as const;

export type SchemaVersion = keyof typeof fileSchemas;
export type WrittenFile = z.output<(typeof fileSchemas)[SchemaVersion]>;
export type Variable = z.output<typeof variable>;
export type ContentTest = z.output<typeof contentTest>;
export type MetadataTest = z.output<typeof metadataTest>;
export type LicenseTest = z.output<typeof licenseTest>;
export type RunOptions = z.output<typeof containerRunOptions>;

export function isSchemaVersion(version: unknown): version is SchemaVersion {
  return typeof version === 'string' && Object.hasOwn(fileSchemas, version);
}

/** Keys whose values are whole numbers and truth values; all other plain values are text, however they look. */
export const numberKeys: ReadonlySet<string> = new Set(['exitCode', 'uid', 'gid']);
export const flagKeys: ReadonlySet<string> = new Set([
  'shouldExist',
  'isRegex',
  'debian',
  'privileged',
  'allocateTty',
]);
