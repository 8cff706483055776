import { renderPath, type Path, type Problem } from '../../../config/diagnostics.ts';
import { variablesIn, type Variable } from '../go-expand.ts';
import { placeOfArgument, type CommandTest, type StructureFile } from '../structure-file.ts';

/**
 * Variables that would be replaced by nothing, before any container starts: `$1`, `$$`, `${X:-y}`, and names that nobody
 * has set. Which names are set is only known with the image: without `imageEnv` they are passed over.
 */
export function expansionTraps(
  file: StructureFile,
  imageEnv: ReadonlyMap<string, string> | undefined,
): readonly Problem[] {
  const own = new Set(imageEnv?.keys());
  const all = new Set([...own, ...file.globalEnvVars.map(({ key }) => key)]);
  const check = (path: Path, text: string, known: ReadonlySet<string>): readonly Problem[] =>
    variablesIn(text).flatMap((variable) => {
      const why = whyEmpty(variable, imageEnv === undefined ? undefined : known);
      return why === undefined ? [] : [emptied({ path, variable, why }, file)];
    });

  return [
    ...file.globalEnvVars.flatMap(({ value }, index) =>
      check(['globalEnvVars', index, 'value'], value, own),
    ),
    ...(file.version === '1.0.0'
      ? []
      : file.fileExistenceTests.flatMap(({ path }, index) =>
          check(['fileExistenceTests', index, 'path'], path, all),
        )),
    ...file.commandTests.flatMap((test, index) =>
      test.argv.flatMap((word, at) =>
        check(
          ['commandTests', index, ...placeOfArgument(file.version, at)],
          word,
          knownTo(test, file, { own, all }),
        ),
      ),
    ),
  ];
}

/** The variables of a test are seen once a setup has left them in its image. */
function knownTo(
  test: CommandTest,
  file: StructureFile,
  { own, all }: { readonly own: ReadonlySet<string>; readonly all: ReadonlySet<string> },
): ReadonlySet<string> {
  if (test.setup.length > 0) return new Set([...all, ...test.envVars.map(({ key }) => key)]);
  return file.version === '1.0.0' ? own : all;
}

function whyEmpty({ name }: Variable, known: ReadonlySet<string> | undefined): string | undefined {
  if (!/^\w+$/u.test(name) || /^\d$/u.test(name)) return 'there is no such variable';
  if (known === undefined || known.has(name)) return undefined;
  return 'neither the image nor `globalEnvVars` set it';
}

interface Emptied {
  readonly path: Path;
  readonly variable: Variable;
  readonly why: string;
}

function emptied({ path, variable, why }: Emptied, file: StructureFile): Problem {
  const { written, offset } = variable;
  const escaped = written.replace('$', () => '${DOLLAR}');
  return {
    path,
    offset,
    message: `\`${renderPath(path)}\` holds \`${written}\`, which is replaced by nothing before the container starts: ${why}.`,
    suggestion:
      file.version === '1.0.0'
        ? 'Put the command line into a script of the image.'
        : `To hand it on as it is, add \`{ key: DOLLAR, value: $ }\` to \`globalEnvVars\` and write \`${escaped}\`.`,
  };
}
