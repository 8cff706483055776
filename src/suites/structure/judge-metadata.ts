import type { ImageConfig } from '../../engine/contract.ts';
import type { Complaint } from '../case-book.ts';
import type { MetadataTest, Variable } from './file-schema.ts';
import { search } from './patterns.ts';

const FIX = 'Correct the Dockerfile, or the test.';

/** Compares with the configuration of the image as it is, without `globalEnvVars`. */
export function judgeMetadata(
  test: MetadataTest,
  config: ImageConfig,
  isCompat: boolean,
): readonly Complaint[] {
  const entryWithoutValue = config.env.find((entry) => !entry.includes('='));
  if (isCompat && entryWithoutValue !== undefined) {
    const message = `\`${entryWithoutValue}\` in the environment of the image has no \`=\`, which ends container-structure-test`;
    return [{ message, fix: 'Give the variable a value.' }];
  }
  const env = environmentOf(config);
  const labels = new Map(Object.entries(config.labels));
  const ports = new Set(config.exposedPorts.map((port) => port.split('/')[0] ?? ''));
  const volumes = new Set(config.volumes);
  return [
    ...test.envVars.flatMap((wanted) => aboutValue('The variable', wanted, env)),
    ...test.unboundEnvVars
      .filter(({ key }) => env.has(key))
      .map(({ key }) => complaint(`The variable \`${key}\` is set, and should not be`)),
    ...test.labels.flatMap((wanted) => aboutValue('The label', wanted, labels)),
    ...aboutArgv('CMD', test.cmd, config.command),
    ...aboutArgv('ENTRYPOINT', test.entrypoint, config.entrypoint),
    ...aboutText('WORKDIR', test.workdir, config.workingDir),
    ...aboutText('USER', test.user, config.user),
    ...aboutMembers('port', { wanted: test.exposedPorts, unwanted: test.unexposedPorts }, ports),
    ...aboutMembers('volume', { wanted: test.volumes, unwanted: test.unmountedVolumes }, volumes),
  ];
}

/** Name to value; what has no `=` is not set. */
export function environmentOf({ env }: ImageConfig): ReadonlyMap<string, string> {
  return new Map(
    env.flatMap((entry) => {
      const at = entry.indexOf('=');
      return at === -1 ? [] : [[entry.slice(0, at), entry.slice(at + 1)] as const];
    }),
  );
}

function aboutValue(
  what: string,
  { key, value, isRegex }: Variable,
  found: ReadonlyMap<string, string>,
): readonly Complaint[] {
  const actual = found.get(key);
  if (actual === undefined) return [complaint(`${what} \`${key}\` is not set`)];
  if (!isRegex) {
    return actual === value
      ? []
      : [complaint(`${what} \`${key}\` is ${quoted(actual)}, not ${quoted(value)}`)];
  }
  const match = search(value, actual);
  if ('problem' in match) {
    const message = `\`${value}\` is no regular expression in RE2 syntax: ${match.problem}`;
    return [{ message, fix: 'Correct the pattern.' }];
  }
  return match.isFound
    ? []
    : [complaint(`${what} \`${key}\` is ${quoted(actual)}, which does not match \`${value}\``)];
}

function aboutArgv(
  instruction: string,
  wanted: readonly string[] | null | undefined,
  found: readonly string[],
): readonly Complaint[] {
  if (wanted === undefined || wanted === null) return [];
  if (JSON.stringify(wanted) === JSON.stringify(found)) return [];
  return [complaint(`${instruction} is ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`)];
}

function aboutText(
  instruction: string,
  wanted: string | null | undefined,
  found: string,
): readonly Complaint[] {
  if ((wanted ?? '') === '' || wanted === found) return [];
  return [complaint(`${instruction} is ${quoted(found)}, not ${quoted(wanted ?? '')}`)];
}

function aboutMembers(
  what: string,
  lists: { readonly wanted: readonly string[]; readonly unwanted: readonly string[] },
  found: ReadonlySet<string>,
): readonly Complaint[] {
  return [
    ...lists.wanted
      .filter((each) => !found.has(each))
      .map((each) => complaint(`The ${what} ${each} is not declared`)),
    ...lists.unwanted
      .filter((each) => found.has(each))
      .map((each) => complaint(`The ${what} ${each} is declared, and should not be`)),
  ];
}

function complaint(message: string): Complaint {
  return { message, fix: FIX };
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
