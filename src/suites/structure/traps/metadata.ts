import type { Problem } from '../../../config/diagnostics.ts';
import { faultsOfMetadata } from '../faults.ts';
import type { MetadataTest } from '../file-schema.ts';
import { ORIGINAL, problemAt, problemsOfFaults, type Trap } from './trap.ts';

export const metadataTraps: Trap = ({ metadataTest: test }) =>
  test === undefined
    ? []
    : [
        ...problemsOfFaults(['metadataTest'], faultsOfMetadata(test)),
        ...portTraps(test),
        ...emptyTexts(test),
        ...emptyLists(test),
        ...valuesOfUnbound(test),
      ];

/** What is no plain number is never found: as `unexposedPorts` it would always pass. */
function portTraps(test: MetadataTest): readonly Problem[] {
  return (['exposedPorts', 'unexposedPorts'] as const).flatMap((list) =>
    test[list].flatMap((port, index) => {
      if (port === '' || /^\d+$/u.test(port)) return [];
      const [number = ''] = /^\d+(?=\/)/u.exec(port) ?? [];
      return [
        problemAt(['metadataTest', list, index], {
          clause: `is \`${port}\`, which is never found: ${ORIGINAL} knows ports without protocol`,
          suggestion:
            number === '' ? 'Write a number.' : `Write \`"${number}"\`; it stands for tcp and udp.`,
        }),
      ];
    }),
  );
}

function emptyTexts(test: MetadataTest): readonly Problem[] {
  return (['workdir', 'user'] as const).flatMap((key) => {
    const value = test[key];
    if (value === undefined || (value ?? '') !== '') return [];
    const clause = 'is empty and tests nothing: that there is none cannot be said';
    return [problemAt(['metadataTest', key], { clause, suggestion: 'Remove it.', at: 'key' })];
  });
}

function emptyLists(test: MetadataTest): readonly Problem[] {
  return (['entrypoint', 'cmd'] as const).flatMap((key) => {
    if (test[key] !== null) return [];
    const clause = 'is empty and tests nothing';
    const suggestion = 'Write `[]` if there must be none, or remove it.';
    return [problemAt(['metadataTest', key], { clause, suggestion, at: 'key' })];
  });
}

function valuesOfUnbound(test: MetadataTest): readonly Problem[] {
  return test.unboundEnvVars.flatMap(({ key, value, isRegex }, index) => {
    const path = ['metadataTest', 'unboundEnvVars', index];
    if (key === '') return [problemAt(path, { clause: 'has no `key`' })];
    if (value === '' && !isRegex) return [];
    const clause = 'has a value, which is not looked at: the variable must be absent altogether';
    return [problemAt(path, { clause, suggestion: `Write \`key: ${key}\` alone.` })];
  });
}
