import type { Path } from '../../config/diagnostics.ts';
import type { ContentTest, MetadataTest } from './file-schema.ts';
import type { CommandTest, ExistenceTest } from './structure-file.ts';

/** What container-structure-test itself refuses of a test, before it runs it. */
export interface Fault {
  /** Below the test. */
  readonly path: Path;
  /** A clause that follows the name of the test: `has no name`. */
  readonly clause: string;
}

export function faultsOfCommand(test: CommandTest): readonly Fault[] {
  return [
    ...faultsOfName(test),
    ...(test.argv.length === 0 ? [{ path: ['command'], clause: 'has no `command`' }] : []),
    ...faultsOfSteps(test, 'setup'),
    ...faultsOfSteps(test, 'teardown'),
    ...test.envVars.flatMap(({ key, value }, index) =>
      key === '' || value === ''
        ? [{ path: ['envVars', index], clause: 'has an environment variable without key or value' }]
        : [],
    ),
  ];
}

export function faultsOfFileTest(test: ContentTest | ExistenceTest): readonly Fault[] {
  return [
    ...faultsOfName(test),
    ...(test.path === '' ? [{ path: ['path'], clause: 'has no `path`' }] : []),
  ];
}

export function faultsOfMetadata(test: MetadataTest): readonly Fault[] {
  const keyless = (['envVars', 'labels'] as const).flatMap((list) =>
    test[list].flatMap(({ key }, index) =>
      key === ''
        ? [{ path: [list, index], clause: `has an entry of \`${list}\` without key` }]
        : [],
    ),
  );
  const empty = (['exposedPorts', 'volumes'] as const).flatMap((list) =>
    test[list].flatMap((value, index) =>
      value === '' ? [{ path: [list, index], clause: `has an empty entry in \`${list}\`` }] : [],
    ),
  );
  return [...keyless, ...empty];
}

function faultsOfName({ name }: { readonly name: string }): readonly Fault[] {
  return name === '' ? [{ path: ['name'], clause: 'has no `name`' }] : [];
}

function faultsOfSteps(test: CommandTest, list: 'setup' | 'teardown'): readonly Fault[] {
  return test[list].flatMap((argv, index) =>
    argv.length === 0
      ? [{ path: [list, index], clause: `has an empty command in \`${list}\`` }]
      : [],
  );
}
