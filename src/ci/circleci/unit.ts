import type { Findings } from './finding.ts';
import { hasTemplate } from './template.ts';
import { entriesOf, nameOf, textOf, valueOf, type Entry, type Node } from './tree.ts';

/** What a file or an orb defines; names of an orb are seen from outside as `alias/name`. */
export interface Unit {
  readonly root: Node | undefined;
  /** Absent for the file itself. */
  readonly orb?: string | undefined;
  readonly commands: Definitions;
  readonly jobs: Definitions;
  readonly executors: Definitions;
  /** By alias; `opaque` when its source is not here. */
  readonly orbs: ReadonlyMap<string, Unit | 'opaque'>;
}

type Definitions = ReadonlyMap<string, Entry>;
export type DefinitionKind = 'commands' | 'jobs' | 'executors';

export interface Definition {
  /** Where its own names are looked up. */
  readonly unit: Unit;
  readonly entry: Entry;
}

/** The source of an orb by its reference; absent when it is not here. */
export type OrbSources = (reference: string) => Node | undefined;

const ORB_REFERENCE =
  /^[\w.-]+\/[\w.-]+@(?:volatile|dev:[^\s]+|\d+(?:\.\d+){0,2}|<<.*>>)$|^https:\/\//u;

export function createUnit(
  root: Node | undefined,
  findings: Findings,
  options: { readonly sources: OrbSources; readonly orb?: string; readonly depth?: number },
): Unit {
  const orbs = new Map<string, Unit | 'opaque'>();
  for (const entry of entriesOf(valueOf(root, 'orbs'))) {
    orbs.set(nameOf(entry), openOrb(entry, findings, options));
  }
  return {
    root,
    orb: options.orb,
    commands: definitionsOf(root, 'commands'),
    jobs: definitionsOf(root, 'jobs'),
    executors: definitionsOf(root, 'executors'),
    orbs,
  };
}

function definitionsOf(root: Node | undefined, kind: DefinitionKind): Definitions {
  return new Map(entriesOf(valueOf(root, kind)).map((entry) => [nameOf(entry), entry]));
}

/** An orb inside an orb inside an orb: as deep as the registry allows no person goes. */
const MOST_DEPTH = 10;

function openOrb(
  entry: Entry,
  findings: Findings,
  options: Parameters<typeof createUnit>[2],
): Unit | 'opaque' {
  const depth = (options.depth ?? 0) + 1;
  const next = { sources: options.sources, orb: nameOf(entry), depth };
  if (entry.value.kind === 'map' && entry.value.entries.length > 0) {
    return createUnit(entry.value, findings, next);
  }
  if (entry.value.kind === 'map') {
    findings.skip({
      subject: `orb ${nameOf(entry)}`,
      why: 'it is empty here, for a tool to fill in',
    });
    return 'opaque';
  }
  const reference = textOf(entry.value) ?? '';
  if (!ORB_REFERENCE.test(reference)) {
    findings.add({
      code: 'orb-reference',
      severity: 'error',
      origin: entry.value.origin,
      message: `\`${reference}\` is no reference of an orb.`,
      suggestion: 'Write it as `namespace/orb@1.2.3`, or write its source in its place.',
    });
    return 'opaque';
  }
  const source = depth > MOST_DEPTH ? undefined : options.sources(reference);
  if (source !== undefined) return createUnit(source, findings, next);
  findings.skip({
    subject: `orb ${reference}`,
    why: hasTemplate(reference)
      ? 'which orb it is depends on a parameter'
      : 'its source is not here',
  });
  return 'opaque';
}

/** The definition of a name as it is seen in a unit; `opaque` when it is in an orb that is not here. */
export function lookUp(
  unit: Unit,
  kind: DefinitionKind,
  name: string,
): Definition | 'opaque' | undefined {
  const entry = unit[kind].get(name);
  if (entry !== undefined) return { unit, entry };
  const slash = name.indexOf('/');
  const orb = slash === -1 ? undefined : unit.orbs.get(name.slice(0, slash));
  if (orb === undefined || orb === 'opaque') return orb;
  return lookUp(orb, kind, name.slice(slash + 1));
}

/** Every name of a kind that can be used in a unit, for suggestions. */
export function namesOf(unit: Unit, kind: DefinitionKind): readonly string[] {
  const ofOrbs = [...unit.orbs].flatMap(([alias, orb]) =>
    orb === 'opaque' ? [] : [...orb[kind].keys()].map((name) => `${alias}/${name}`),
  );
  return [...unit[kind].keys(), ...ofOrbs];
}
