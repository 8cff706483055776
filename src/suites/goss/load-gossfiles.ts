import { glob, readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { join, relative, sep } from 'node:path';
import type { Diagnostic } from '../../config/diagnostics.ts';
import { messageOfDiagnostics } from '../../config/errors.ts';
import type { GossSuite } from '../../config/suite-schema.ts';
import type { SuitePlace } from '../contract.ts';
import { SuiteError } from '../errors.ts';
import { findSuiteFiles } from '../suite-files.ts';
import { loadVars } from './load-vars.ts';
import { parseGossfile, type Gossfile } from './parse-gossfile.ts';
import type { Resource } from './resource-kind.ts';
import type { TemplateData } from './template/template-values.ts';

/** A file of the suite, with everything that it includes. */
export interface LoadedGossfile {
  readonly file: string;
  /** In the order of goss; of two with the same type and id the one that was read last. */
  readonly resources: readonly Resource[];
  /** By path: the text after its template, of the file and of all that it includes. */
  readonly rendered: ReadonlyMap<string, string>;
  /** Resources that another one of the same name has replaced, for people. */
  readonly replaced: readonly string[];
}

/**
 * Reads all files of a suite, in the order of their paths.
 * @throws {SuiteError} GOSS_INVALID with everything that is wrong in any of them; SUITE_NO_FILES
 */
export async function loadGossfiles(
  settings: GossSuite,
  place: SuitePlace,
): Promise<readonly LoadedGossfile[]> {
  const files = await findSuiteFiles(settings.files, place.projectFolder);
  const { vars, diagnostics } = await loadVars(settings.vars, place.projectFolder);
  refuse(diagnostics);
  const data = toTemplateData(settings, place, vars);
  const problems: Diagnostic[] = [];
  const loaded: LoadedGossfile[] = [];
  for (const file of files) {
    const reading: Reading = { data, folder: place.projectFolder, problems, rendered: new Map() };
    const chain = await readChain(file, [], reading);
    loaded.push({ file, ...merge(chain), rendered: reading.rendered });
  }
  refuse(problems);
  return loaded;
}

function refuse(diagnostics: readonly Diagnostic[]): void {
  if (diagnostics.length === 0) return;
  throw new SuiteError('GOSS_INVALID', messageOfDiagnostics(diagnostics));
}

/** `.Env` is what a container has, as for a goss that runs in it, and what the settings name besides. */
function toTemplateData(
  { env: names }: GossSuite,
  place: SuitePlace,
  vars: Readonly<Record<string, unknown>>,
): TemplateData {
  const named = names.flatMap((name) => {
    const value = place.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const env = { ...place.containerEnv, ...Object.fromEntries(named) };
  const adviceOnEnv = (name: string): string =>
    names.includes(name)
      ? `Set ${name} where Seatrial runs.`
      : place.env[name] === undefined
        ? 'The container has no such variable; `getEnv` takes a default.'
        : `The container has no such variable; name it in \`suites.goss.env\` to hand it in.`;
  return { env, vars, adviceOnEnv };
}

interface Reading {
  readonly data: TemplateData;
  readonly folder: string;
  readonly problems: Diagnostic[];
  readonly rendered: Map<string, string>;
}

/** As goss counts; a file that includes itself gets there. */
const MOST_DEPTH = 50;

/** A file, and after it all that it includes. */
async function readChain(
  file: string,
  above: readonly string[],
  reading: Reading,
): Promise<readonly Gossfile[]> {
  const text = await readFile(join(reading.folder, file), 'utf8');
  const parsed = parseGossfile({ file, text }, reading.data);
  if (!parsed.ok) {
    reading.problems.push(...parsed.diagnostics);
    return [];
  }
  const { gossfile } = parsed;
  reading.rendered.set(file, gossfile.rendered);
  const chain = [...above, file];
  const included: Gossfile[] = [gossfile];
  for (const include of gossfile.includes.filter(({ isSkipped }) => !isSkipped)) {
    const found = await findIncluded(include.pattern, posix.dirname(file), reading.folder);
    const problem = problemOfInclude(include.pattern, found, chain);
    if (problem !== undefined) {
      reading.problems.push(include.diagnose(problem));
      continue;
    }
    for (const each of found) included.push(...(await readChain(each, chain, reading)));
  }
  return included;
}

function problemOfInclude(
  pattern: string,
  found: readonly string[],
  chain: readonly string[],
): { readonly message: string; readonly suggestion?: string } | undefined {
  const circle = found.find((each) => chain.includes(each));
  if (circle !== undefined) {
    return { message: `${circle} includes itself: ${[...chain, circle].join(', then ')}.` };
  }
  if (chain.length >= MOST_DEPTH) return { message: 'Files include each other 50 deep.' };
  if (pattern.startsWith('/')) {
    return {
      message: `\`${pattern}\` is a path of the machine on which goss runs, and here no goss runs.`,
      suggestion: `Write it relative to this file: \`${posix.basename(pattern)}\`.`,
    };
  }
  if (found.length > 0) return undefined;
  return { message: `\`${pattern}\` matches no file.`, suggestion: 'It is relative to this file.' };
}

async function findIncluded(
  pattern: string,
  folder: string,
  projectFolder: string,
): Promise<readonly string[]> {
  if (pattern.startsWith('/')) return [];
  const found: string[] = [];
  const written = posix.join(folder, pattern);
  for await (const entry of glob(written, { cwd: projectFolder, withFileTypes: true })) {
    if (!entry.isFile() && !entry.isSymbolicLink()) continue;
    found.push(relative(projectFolder, join(entry.parentPath, entry.name)).split(sep).join('/'));
  }
  return found.sort();
}

function merge(chain: readonly Gossfile[]): Pick<LoadedGossfile, 'resources' | 'replaced'> {
  const merged = new Map<string, Resource>();
  const replaced: string[] = [];
  for (const resource of chain.flatMap(({ resources }) => resources)) {
    const key = `${resource.kind.type}: ${resource.id}`;
    const before = merged.get(key);
    if (before !== undefined) {
      replaced.push(`${key} of ${before.file} is replaced by that of ${resource.file}`);
    }
    merged.set(key, resource);
  }
  return { resources: [...merged.values()], replaced };
}
