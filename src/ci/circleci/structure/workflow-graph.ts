import { didYouMean } from '../../../config/suggestion.ts';
import { combinationsOf, suffixOf, textOfValue, type Combination } from '../matrix.ts';
import { hasTemplate } from '../template.ts';
import {
  entriesOf,
  itemsOf,
  nameOf,
  textOf,
  valueOf,
  type Entry,
  type Node,
  type Origin,
  type Scalar,
} from '../tree.ts';
import { report, type CheckContext } from './check.ts';

/** A job of a workflow under the name by which others require it. */
export interface Instance {
  readonly name: string;
  /** The job that is invoked. */
  readonly job: string;
  /** Where it is invoked. */
  readonly origin: Origin;
  readonly requires: readonly Scalar[];
}

export interface Invocation {
  readonly job: string;
  readonly key: Scalar;
  /** Absent when only the name stands there. */
  readonly body: Node | undefined;
}

/** The jobs of a workflow as they are written. */
export function invocationsOf(workflow: Node): readonly Invocation[] {
  return itemsOf(valueOf(workflow, 'jobs')).flatMap((item): readonly Invocation[] => {
    if (item.kind === 'scalar') {
      const job = textOf(item);
      return job === undefined ? [] : [{ job, key: item, body: undefined }];
    }
    const [entry] = entriesOf(item);
    return entry === undefined ? [] : [{ job: nameOf(entry), key: entry.key, body: entry.value }];
  });
}

export interface Graph {
  readonly instances: readonly Instance[];
  /** Names that stand for several: of a matrix, by its alias. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
  /** Jobs that are there several times and have numbers in their names. */
  readonly numbered: ReadonlySet<string>;
  /** Whether a name could not be worked out before expansion. */
  readonly isOpen: boolean;
}

/** The jobs of a workflow by name, matrices expanded, and which requires which. */
export function graphOf(workflow: Node): Graph {
  const invocations = invocationsOf(workflow);
  const groups = new Map<string, readonly string[]>();
  const instances: Instance[] = [];
  const numbered = numberedJobs(invocations);
  const counts = new Map<string, number>();
  for (const { job, key, body } of invocations) {
    const count = (counts.get(job) ?? 0) + 1;
    const isNamed = valueOf(body, 'name') !== undefined;
    if (!isNamed) counts.set(job, count);
    const matrix = valueOf(body, 'matrix');
    const base = !isNamed && numbered.has(job) ? `${job}-${count}` : job;
    const combinations = matrix === undefined ? [undefined] : combinationsOf(matrix);
    const made = combinations.map((combination): Instance => {
      const requires = requirementsOf(body).map((each) => filled(each, combination));
      return { name: instanceName(base, body, combination), job, origin: key.origin, requires };
    });
    instances.push(...made);
    if (matrix !== undefined) {
      const alias = textOf(valueOf(matrix, 'alias')) ?? textOf(valueOf(body, 'name')) ?? job;
      groups.set(alias, [...(groups.get(alias) ?? []), ...made.map(({ name }) => name)]);
      groups.set(job, [...(groups.get(job) ?? []), ...made.map(({ name }) => name)]);
    }
  }
  return {
    instances,
    groups,
    numbered,
    isOpen: instances.some(({ name }) => hasTemplate(name)),
  };
}

/** Jobs that are invoked several times without a name of their own, and are no matrix. */
function numberedJobs(invocations: readonly Invocation[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const { job, body } of invocations) {
    if (valueOf(body, 'name') !== undefined || valueOf(body, 'matrix') !== undefined) continue;
    if (seen.has(job)) twice.add(job);
    seen.add(job);
  }
  return twice;
}

function instanceName(
  base: string,
  body: Node | undefined,
  combination: Combination | undefined,
): string {
  const name = valueOf(body, 'name');
  if (combination === undefined) return name?.kind === 'scalar' ? name.written : base;
  if (name?.kind !== 'scalar') return `${base}${suffixOf(combination)}`;
  return fill(name.written, combination);
}

/** `<< matrix.os >>` with its value; what else stands in brackets stays. */
function fill(text: string, combination: Combination | undefined): string {
  return text.replaceAll(/<<\s*matrix\.([\w-]+)\s*>>/gu, (written, name: string) => {
    const entry = combination?.find((each) => nameOf(each) === name);
    return entry === undefined ? written : textOfValue(entry.value);
  });
}

function filled(scalar: Scalar, combination: Combination | undefined): Scalar {
  const value = fill(String(scalar.value), combination);
  return { ...scalar, value, written: value };
}

/** What a job requires: names, or maps of a name and the statuses that will do. */
export function requirementsOf(body: Node | undefined): readonly Scalar[] {
  return itemsOf(valueOf(body, 'requires')).flatMap((item) => {
    if (item.kind === 'scalar') return item.value === null ? [] : [item];
    return entriesOf(item).map(({ key }) => key);
  });
}

/** Names that are required and are not there, names that several have, and circles. */
export function checkGraph(workflow: Entry, context: CheckContext): void {
  const graph = graphOf(workflow.value);
  const byName = new Map<string, Instance>();
  for (const instance of graph.instances) {
    const other = byName.get(instance.name);
    if (other !== undefined) reportSameName(instance, other, context);
    byName.set(instance.name, instance);
  }
  for (const instance of graph.instances) {
    for (const required of instance.requires) {
      checkRequirement(required, instance, { graph, byName, context });
    }
  }
  checkCircles(graph, byName, context);
}

function reportSameName(instance: Instance, other: Instance, context: CheckContext): void {
  if (hasTemplate(instance.name) || instance.origin.start === other.origin.start) return;
  const { line } = other.origin.source.lines.linePos(other.origin.start);
  context.findings.add({
    code: 'same-name',
    severity: 'error',
    origin: instance.origin,
    related: other.origin,
    message: `Two jobs of the workflow are called \`${instance.name}\`; the other is in line ${line}.`,
    suggestion: 'Give one of them another `name`.',
  });
}

function checkRequirement(
  required: Scalar,
  instance: Instance,
  known: {
    readonly graph: Graph;
    readonly byName: ReadonlyMap<string, Instance>;
    readonly context: CheckContext;
  },
): void {
  const { graph, byName, context } = known;
  const name = String(required.value);
  if (byName.has(name) || graph.groups.has(name) || hasTemplate(name) || graph.isOpen) return;
  if (graph.numbered.has(name)) {
    const names = candidatesOf(graph, name, instance);
    // Nobody requires itself: of two the other is meant.
    if (names.length === 1) return;
    report(context, required, {
      code: 'ambiguous-requirement',
      message: `\`${name}\` is in the workflow several times, as ${names.join(', ')}.`,
      suggestion: 'Give each a `name`, and require that.',
    });
    return;
  }
  const named = graph.instances.filter(({ job }) => job === name).map((each) => each.name);
  report(context, required, {
    code: 'unknown-requirement',
    message: `\`${instance.name}\` requires \`${name}\`, and no job of the workflow is called so.`,
    suggestion:
      named[0] === undefined
        ? (didYouMean(name, [...byName.keys(), ...graph.groups.keys()]) ??
          `Add \`${name}\` to the workflow, or remove it here.`)
        : `\`${name}\` is called \`${named[0]}\` here.`,
  });
}

/** The other jobs of the workflow that a job's own name can mean. */
export function candidatesOf(graph: Graph, job: string, instance: Instance): readonly string[] {
  return graph.instances
    .filter((each) => each.job === job && each.name !== instance.name)
    .map(({ name }) => name);
}

function checkCircles(
  graph: Graph,
  byName: ReadonlyMap<string, Instance>,
  context: CheckContext,
): void {
  const done = new Set<string>();
  const told = new Set<string>();

  function visit(name: string, path: readonly string[]): void {
    const start = path.indexOf(name);
    if (start !== -1) return tell([...path.slice(start), name]);
    const instance = byName.get(name);
    if (instance === undefined || done.has(name)) return;
    for (const required of instance.requires) {
      const target = String(required.value);
      const members = byName.has(target) ? [target] : (graph.groups.get(target) ?? []);
      for (const member of members) visit(member, [...path, name]);
    }
    done.add(name);
  }

  function tell(circle: readonly string[]): void {
    const key = circle.slice(1).toSorted().join('\n');
    const [first = '', second = ''] = circle;
    const instance = byName.get(first);
    if (told.has(key) || instance === undefined) return;
    told.add(key);
    const required = instance.requires.find(({ value }) => value === second);
    report(context, required ?? instance, {
      code: 'circle',
      message:
        first === second
          ? `\`${first}\` requires itself.`
          : `No job of this circle can begin: ${circle.map((name) => `\`${name}\`${lineOf(byName.get(name))}`).join(' requires ')}.`,
      suggestion: 'Remove one of these requirements.',
    });
  }

  for (const { name } of graph.instances) visit(name, []);
}

function lineOf(instance: Instance | undefined): string {
  if (instance === undefined) return '';
  const { line } = instance.origin.source.lines.linePos(instance.origin.start);
  return ` (line ${line})`;
}
