import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Findings } from '../finding.ts';
import { parseYaml } from '../parse-yaml.ts';
import type { Entry, Mapping, Node, Origin, Scalar } from '../tree.ts';

/**
 * The source of an orb from a folder in the layout of the orb development kit: names of folders and of YAML files are
 * keys, and `@name.yml` is the content of the folder itself.
 * @see https://github.com/CircleCI-Public/fyaml
 */
export function packOrb(folder: string, findings: Findings): Node | undefined {
  return packFolder(folder, { root: folder, findings });
}

/** The source of an orb as one file. */
export function readOrbFile(file: string, findings: Findings): Node | undefined {
  const root = join(file, '..');
  return include(parseYaml(file, readFileSync(file, 'utf8'), findings).root, { root, findings });
}

interface Packing {
  /** Where `include` looks. */
  readonly root: string;
  readonly findings: Findings;
}

function packFolder(folder: string, packing: Packing): Mapping | undefined {
  const entries: Entry[] = [];
  let origin: Origin | undefined;
  for (const name of readdirSync(folder).toSorted()) {
    const path = join(folder, name);
    const isFolder = statSync(path).isDirectory();
    if (!isFolder && !/\.ya?ml$/u.test(name)) continue;
    const node = isFolder ? packFolder(path, packing) : readPart(path, packing);
    if (node === undefined) continue;
    origin ??= node.origin;
    const key = name.replace(/\.ya?ml$/u, '');
    if (!key.startsWith('@')) entries.push({ key: keyOf(key, node.origin), value: node });
    else if (node.kind === 'map') entries.push(...node.entries);
  }
  return origin === undefined ? undefined : { kind: 'map', entries: mergeEntries(entries), origin };
}

/** `commands:` in `@orb.yml` and files in `commands/` are one map. */
function mergeEntries(entries: readonly Entry[]): readonly Entry[] {
  const merged = new Map<string, Entry>();
  for (const entry of entries) {
    const name = String(entry.key.value);
    const other = merged.get(name);
    merged.set(name, other === undefined ? entry : mergeTwo(other, entry));
  }
  return [...merged.values()];
}

function mergeTwo(first: Entry, second: Entry): Entry {
  if (first.value.kind !== 'map' || second.value.kind !== 'map') return second;
  const entries = mergeEntries([...first.value.entries, ...second.value.entries]);
  return { key: first.key, value: { ...first.value, entries } };
}

function keyOf(name: string, { source }: Origin): Scalar {
  return { kind: 'scalar', value: name, written: name, origin: { source, start: 0, end: 1 } };
}

function readPart(path: string, packing: Packing): Node | undefined {
  const { root } = parseYaml(path, readFileSync(path, 'utf8'), packing.findings);
  return include(root, packing);
}

const INCLUDE = /^<<\s*include\(([^)]+)\)\s*>>$/u;

/** `<< include(scripts/x.sh) >>` is the text of that file, in which `<<` stands for itself. */
function include(node: Node | undefined, packing: Packing): Node | undefined {
  if (node === undefined) return undefined;
  if (node.kind === 'list') {
    return { ...node, items: node.items.map((item) => include(item, packing) ?? item) };
  }
  if (node.kind === 'map') {
    const entries = node.entries.map(({ key, value }) => ({
      key,
      value: include(value, packing) ?? value,
    }));
    return { ...node, entries };
  }
  const path = typeof node.value === 'string' ? INCLUDE.exec(node.value.trim())?.[1] : undefined;
  return path === undefined ? node : includeFile(node, path.trim(), packing);
}

function includeFile(node: Scalar, path: string, { root, findings }: Packing): Scalar {
  try {
    const text = readFileSync(join(root, path), 'utf8').replaceAll('<<', '\\<<');
    return { ...node, value: text, written: text };
  } catch {
    // Whatever is the matter with the file: its name is what has to be looked at.
    findings.add({
      code: 'orb-include',
      severity: 'error',
      origin: node.origin,
      message: `\`${basename(path)}\` cannot be included: there is no readable file \`${path}\`.`,
      suggestion: 'The path is relative to the folder of `@orb.yml`.',
    });
    return node;
  }
}
