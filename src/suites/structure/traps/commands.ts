import type { Path, Problem } from '../../../config/diagnostics.ts';
import { faultsOfCommand } from '../faults.ts';
import { variablesIn } from '../go-expand.ts';
import type { CommandTest, StructureFile } from '../structure-file.ts';
import { ORIGINAL, problemAt, problemsOfFaults, type Trap } from './trap.ts';

export const commandTraps: Trap = (file) =>
  file.commandTests.flatMap((test, index) => {
    const path = ['commandTests', index];
    return [
      ...problemsOfFaults(path, faultsOfCommand(test)),
      ...teardownTraps(test, path),
      ...droppedVariables(test, path, file),
      ...literalVariables(test, path),
      ...impossibleCode(test, path),
      ...unseenGlobals(test, path, file),
    ];
  });

function teardownTraps(test: CommandTest, path: Path): readonly Problem[] {
  if (test.teardown.length === 0) return [];
  const clause = `is never run: ${ORIGINAL} passes over it where containers run`;
  const suggestion = 'Remove it: each test has a container of its own, which goes with the test.';
  return [problemAt([...path, 'teardown'], { clause, suggestion, at: 'key' })];
}

/** With a setup they are kept in the image that the setup leaves, and come through. */
function droppedVariables(
  test: CommandTest,
  path: Path,
  { runOptions }: StructureFile,
): readonly Problem[] {
  if (test.envVars.length === 0 || test.setup.length > 0 || runOptions === undefined) return [];
  const clause = `never reaches the command: ${ORIGINAL} drops it as soon as there are \`containerRunOptions\``;
  const suggestion = 'Move the variables to `globalEnvVars`, which stay.';
  return [problemAt([...path, 'envVars'], { clause, suggestion, at: 'key' })];
}

function literalVariables(test: CommandTest, path: Path): readonly Problem[] {
  return test.envVars.flatMap(({ value }, index) =>
    variablesIn(value)
      .slice(0, 1)
      .map(({ written, offset }) =>
        problemAt([...path, 'envVars', index, 'value'], {
          clause: `holds \`${written}\`, which the command gets as these very characters: the variables of a test are not expanded`,
          suggestion: 'Move it to `globalEnvVars`, whose values are.',
          offset,
        }),
      ),
  );
}

const HIGHEST_CODE = 255;

function impossibleCode({ exitCode }: CommandTest, path: Path): readonly Problem[] {
  if (exitCode >= 0 && exitCode <= HIGHEST_CODE) return [];
  const clause = `is ${exitCode}, which no program can end with`;
  const suggestion = 'Write a number from 0 to 255.';
  return [problemAt([...path, 'exitCode'], { clause, suggestion })];
}

function unseenGlobals(test: CommandTest, path: Path, file: StructureFile): readonly Problem[] {
  const isUnseen =
    file.version === '1.0.0' && file.globalEnvVars.length > 0 && test.setup.length === 0;
  if (!isUnseen) return [];
  const clause = 'does not get the `globalEnvVars`: in schema 1.0.0 only tests with a `setup` do';
  const suggestion = 'Write `schemaVersion: "2.0.0"`, with `command` and `args` apart.';
  return [problemAt(path, { clause, suggestion })];
}
