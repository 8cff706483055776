import type { Findings } from '../finding.ts';
import { combinationsOf, type Combination } from '../matrix.ts';
import { parametersOf } from '../parameters.ts';
import { pipelineValues } from '../pipeline-values.ts';
import {
  candidatesOf,
  graphOf,
  invocationsOf,
  type Graph,
  type Instance,
} from '../structure/workflow-graph.ts';
import {
  entriesOf,
  itemsOf,
  nameOf,
  textOf,
  valueOf,
  type Entry,
  type Mapping,
  type Node,
  type Origin,
  type Plain,
} from '../tree.ts';
import { lookUp, type Unit } from '../unit.ts';
import { expandJob } from './jobs.ts';
import { isTrue } from './logic.ts';
import { toData } from './render.ts';
import { scalarOf, type Expansion, type Scope } from './scope.ts';
import { isTrueText, substitute } from './substitute.ts';

export interface ExpandOptions {
  readonly unit: Unit;
  readonly version: '2.0' | '2.1';
  /** Values of pipeline parameters. @default those of the file */
  readonly parameters?: ReadonlyMap<string, Plain> | undefined;
  /** Values of the pipeline by their whole name. @default those of a push to `main` */
  readonly values?: ReadonlyMap<string, Plain> | undefined;
  /** Whether workflows that would not run are expanded too. @default false */
  readonly isEveryWorkflow?: boolean | undefined;
}

export interface Expanded {
  /** `version: 2`, `jobs`, `workflows`. */
  readonly root: Mapping;
  /** Workflows whose condition does not hold. */
  readonly skipped: readonly string[];
}

/** A file as it runs: everything of version 2.1 written out in version 2. */
export function expandConfig(options: ExpandOptions, findings: Findings): Expanded {
  const { unit } = options;
  const root = unit.root;
  const origin: Origin = root?.origin ?? emptyOrigin(unit);
  const expansion = createExpansion(options, findings, origin);
  const scope: Scope = { expansion, unit, values: new Map() };
  const jobs: Emitted = new Map();
  const skipped: string[] = [];
  const workflows: Entry[] = [{ key: scalarOf('version', origin), value: scalarOf(2, origin) }];
  for (const entry of workflowsOf(unit, origin)) {
    const isRun = isWorkflowRun(entry.value, scope);
    if (!isRun) skipped.push(nameOf(entry));
    if (!isRun && options.isEveryWorkflow !== true) continue;
    workflows.push({ key: entry.key, value: expandWorkflow(entry, scope, jobs) });
  }
  const emitted: Mapping = {
    kind: 'map',
    entries: [...jobs.values()].map(({ entry }) => entry),
    origin,
  };
  return {
    skipped,
    root: {
      kind: 'map',
      origin,
      entries: [
        { key: scalarOf('version', origin), value: scalarOf(2, origin) },
        { key: scalarOf('jobs', origin), value: emitted },
        { key: scalarOf('workflows', origin), value: { kind: 'map', entries: workflows, origin } },
      ],
    },
  };
}

/** Jobs by the name under which they are emitted. */
type Emitted = Map<string, { readonly entry: Entry; readonly data: string }>;

function emptyOrigin(unit: Unit): Origin {
  const source = [...unit.jobs.values()][0]?.key.origin.source;
  if (source === undefined) throw new Error('a file without jobs was expanded');
  return { source, start: 0, end: 0 };
}

function createExpansion(options: ExpandOptions, findings: Findings, origin: Origin): Expansion {
  const pipeline = new Map<string, Node>();
  for (const [name, value] of [...pipelineValues, ...(options.values ?? [])]) {
    pipeline.set(name, scalarOf(value, origin));
  }
  for (const { name, defaultValue } of parametersOf(options.unit.root).values()) {
    const given = options.parameters?.get(name);
    const value = given === undefined ? defaultValue : scalarOf(given, origin);
    if (value !== undefined) pipeline.set(`pipeline.parameters.${name}`, value);
  }
  return {
    findings,
    pipeline,
    expandedSteps: new WeakSet(),
    executorUnits: new WeakMap(),
    isTemplated: options.version === '2.1',
    count: { calls: 0 },
  };
}

/** Without `workflows` the job `build` runs in one that is called `workflow`. */
function workflowsOf(unit: Unit, origin: Origin): readonly Entry[] {
  const workflows = entriesOf(valueOf(unit.root, 'workflows'));
  if (workflows.length > 0) return workflows.filter((entry) => nameOf(entry) !== 'version');
  const build = unit.jobs.get('build');
  if (build === undefined) return [];
  const jobs: Node = { kind: 'list', items: [scalarOf('build', build.key.origin)], origin };
  const key = scalarOf('jobs', origin);
  const value: Node = { kind: 'map', entries: [{ key, value: jobs }], origin };
  return [{ key: scalarOf('workflow', origin), value }];
}

function isWorkflowRun(workflow: Node, scope: Scope): boolean {
  const when = valueOf(workflow, 'when');
  const unless = valueOf(workflow, 'unless');
  return (
    (when === undefined || isHeld(when, scope)) && (unless === undefined || !isHeld(unless, scope))
  );
}

function isHeld(condition: Node, scope: Scope): boolean {
  const text = textOf(condition);
  if (text === undefined || text.includes('<<')) return isTrue(condition, scope);
  return isTrueText(text, scope);
}

/** What stays of a workflow and of the invocation of a job in it. */
const WORKFLOW_KEYS = ['triggers', 'max_auto_reruns'];
const INVOCATION_KEYS = ['context', 'filters', 'type', 'serial-group', 'override-with'];

function expandWorkflow(entry: Entry, outer: Scope, jobs: Emitted): Mapping {
  const workflow = entry.value;
  const calls = { kind: 'workflow', name: nameOf(entry), origin: entry.key.origin } as const;
  const scope: Scope = { ...outer, calls };
  const graph = graphOf(workflow);
  const names = new Map<string, string>();
  const invocations = invocationsOf(workflow).flatMap((invocation) => {
    const matrix = valueOf(invocation.body, 'matrix');
    const combinations = matrix === undefined ? [undefined] : combinationsOf(matrix);
    return combinations.map((combination) => ({ ...invocation, combination }));
  });
  const made = invocations.map((invocation, index) => {
    const instance = graph.instances[index];
    if (instance === undefined) throw new Error('a job of a workflow has no name');
    const inner = withMatrix(scope, invocation.combination);
    const name = filledName(instance, inner);
    const emitted = emitJob({ ...invocation, name }, inner, jobs);
    names.set(instance.name, emitted);
    return { instance, emitted, body: invocation.body, inner };
  });
  const items = made.map((each) => toInvocation(each, graph, names));
  const kept = entriesOf(workflow)
    .filter((each) => WORKFLOW_KEYS.includes(nameOf(each)))
    .map(({ key, value }) => ({ key, value: substitute(value, scope) }));
  const list: Node = { kind: 'list', items, origin: entry.key.origin };
  const jobsEntry = { key: scalarOf('jobs', entry.key.origin), value: list };
  return { kind: 'map', entries: [jobsEntry, ...kept], origin: entry.key.origin };
}

function withMatrix(scope: Scope, combination: Combination | undefined): Scope {
  if (combination === undefined) return scope;
  const values = combination.map((each): [string, Node] => [
    `matrix.${nameOf(each)}`,
    substitute(each.value, scope),
  ]);
  return { ...scope, values: new Map([...scope.values, ...values]) };
}

function filledName(instance: Instance, scope: Scope): string {
  const name = substitute(scalarOf(instance.name, instance.origin), scope);
  return name.kind === 'scalar' ? String(name.value) : instance.name;
}

/** Puts the job into the output, and says under which name: another job of that name keeps it. */
function emitJob(
  invocation: {
    readonly job: string;
    readonly name: string;
    readonly key: Entry['key'];
    readonly body: Node | undefined;
    readonly combination: Combination | undefined;
  },
  scope: Scope,
  jobs: Emitted,
): string {
  const { job, name, key, body, combination = [] } = invocation;
  const definition = lookUp(scope.unit, 'jobs', job);
  const isApproval = textOf(valueOf(body, 'type')) === 'approval';
  if (isApproval || definition === undefined || definition === 'opaque') return name;
  const given = [...entriesOf(body), ...combination];
  const value = expandJob({ kind: 'job', name: job, origin: key.origin, given, definition }, scope);
  const data = JSON.stringify(toData(value));
  for (let number = 0; ; number += 1) {
    const free = number === 0 ? name : `${name}-${number}`;
    const other = jobs.get(free);
    if (other !== undefined && other.data !== data) continue;
    jobs.set(free, other ?? { entry: { key: scalarOf(free, key.origin), value }, data });
    return free;
  }
}

function toInvocation(
  {
    instance,
    emitted,
    body,
    inner,
  }: {
    readonly instance: Instance;
    readonly emitted: string;
    readonly body: Node | undefined;
    readonly inner: Scope;
  },
  graph: Graph,
  names: ReadonlyMap<string, string>,
): Node {
  const { origin } = instance;
  const kept: Entry[] = entriesOf(body)
    .filter((entry) => INVOCATION_KEYS.includes(nameOf(entry)))
    .map(({ key, value }) => ({ key, value: substitute(value, inner) }));
  const requires = itemsOf(valueOf(body, 'requires')).flatMap((item) =>
    requirement(substitute(item, inner), { instance, graph, names }),
  );
  if (requires.length > 0) {
    const list: Node = { kind: 'list', items: requires, origin };
    kept.unshift({ key: scalarOf('requires', origin), value: list });
  }
  const key = scalarOf(emitted, origin);
  if (kept.length === 0) return key;
  return { kind: 'map', entries: [{ key, value: { kind: 'map', entries: kept, origin } }], origin };
}

/** A name that stands for several is all of them; statuses go with each. */
function requirement(
  item: Node,
  {
    instance,
    graph,
    names,
  }: {
    readonly instance: Instance;
    readonly graph: Graph;
    readonly names: ReadonlyMap<string, string>;
  },
): readonly Node[] {
  const entry = item.kind === 'map' ? item.entries[0] : undefined;
  const scalar = entry?.key ?? item;
  const name = scalar.kind === 'scalar' ? String(scalar.value) : '';
  const members = names.has(name)
    ? [name]
    : (graph.groups.get(name) ?? candidatesOf(graph, name, instance));
  return (members.length === 0 ? [name] : members).map((member): Node => {
    const key = scalarOf(names.get(member) ?? member, item.origin);
    if (entry === undefined) return key;
    return { kind: 'map', entries: [{ key, value: entry.value }], origin: item.origin };
  });
}
