import { expand } from './go-expand.ts';
import type { RunOptions, Variable } from './file-schema.ts';
import type { RunEnvironment } from './run-environment.ts';
import type { CommandTest, StructureFile } from './structure-file.ts';

type Values = Readonly<Record<string, string>>;

/** What a container of a file gets from its `containerRunOptions`. */
export type HostSettings = Pick<RunOptions, 'capabilities' | 'privileged' | 'bindMounts'>;

/** A command test with everything filled in: equal plans have equal ends. */
export interface CommandPlan {
  /** One container after the other, each on what the last one left. Never expanded. */
  readonly setup: readonly (readonly string[])[];
  readonly setupEnv: Values;
  readonly argv: readonly string[];
  /** Besides the variables of the image, and of the setup. */
  readonly env: Values;
  /** Empty: the image's own. */
  readonly user: string;
  readonly tty: boolean;
  readonly host: HostSettings;
}

const plainHost: HostSettings = Object.freeze({
  capabilities: [],
  privileged: false,
  bindMounts: [],
});

export function planCommand(
  test: CommandTest,
  file: StructureFile,
  from: { readonly imageEnv: ReadonlyMap<string, string>; readonly runEnv: RunEnvironment },
): CommandPlan {
  const hasSetup = test.setup.length > 0;
  const image = Object.fromEntries(from.imageEnv);
  const globals = globalsOf(file, image);
  const setupEnv = hasSetup ? setupEnvironment(test, file, { image, globals }) : {};
  const seen = { ...image, ...globals, ...setupEnv };
  const { runOptions } = file;
  const own = runOptions === undefined ? literal(test.envVars) : from.runEnv.values;
  return {
    setup: test.setup,
    setupEnv,
    argv: test.argv.map((word) => expandIn(word, seen)),
    // What was set for the setup is in the image that it left, and must not be set back.
    env: hasSetup ? own : { ...globals, ...own },
    user: runOptions?.user ?? '',
    tty: runOptions?.allocateTty ?? false,
    host: hostOf(file),
  };
}

/** For a file's tests of files as well: their container has the same mounts. */
export function hostOf({ runOptions }: StructureFile): HostSettings {
  if (runOptions === undefined) return plainHost;
  const { capabilities, privileged, bindMounts } = runOptions;
  return { capabilities, privileged, bindMounts };
}

/** The path of an existence test as it is looked up. Schema 1.0.0 takes it as it stands. */
export function expandPath(
  path: string,
  file: StructureFile,
  imageEnv: ReadonlyMap<string, string>,
): string {
  if (file.version === '1.0.0') return path;
  const image = Object.fromEntries(imageEnv);
  return expandIn(path, { ...image, ...globalsOf(file, image) });
}

/** In schema 1.0.0 the global variables belong to the setup alone. */
function globalsOf(file: StructureFile, image: Values): Values {
  return file.version === '1.0.0' ? {} : expandAll(file.globalEnvVars, image);
}

function setupEnvironment(
  test: CommandTest,
  file: StructureFile,
  { image, globals }: { readonly image: Values; readonly globals: Values },
): Values {
  if (file.version === '1.0.0') return expandAll([...file.globalEnvVars, ...test.envVars], image);
  return { ...globals, ...expandAll(test.envVars, { ...image, ...globals }) };
}

function expandAll(variables: readonly Variable[], values: Values): Values {
  return Object.fromEntries(variables.map(({ key, value }) => [key, expandIn(value, values)]));
}

function literal(variables: readonly Variable[]): Values {
  return Object.fromEntries(variables.map(({ key, value }) => [key, value]));
}

function expandIn(text: string, values: Values): string {
  return expand(text, (name) => (Object.hasOwn(values, name) ? (values[name] ?? '') : ''));
}
