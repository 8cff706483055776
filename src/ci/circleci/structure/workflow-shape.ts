import { parametersOf, type Parameter } from '../parameters.ts';
import { didYouMean } from '../../../config/suggestion.ts';
import { entriesOf, nameOf, textOf, valueOf, type Entry, type Node, type Scalar } from '../tree.ts';
import { lookUp, namesOf, type Unit } from '../unit.ts';
import { checkArguments } from './arguments.ts';
import {
  anything,
  fields,
  isOpen,
  listOf,
  mapOf,
  oneOf,
  oneOrMore,
  optional,
  report,
  text,
  textLike,
  wholeNumber,
  wrongType,
  type CheckContext,
  type Slot,
} from './check.ts';
import { cron } from './cron.ts';
import { filters } from './filters.ts';
import { checkLogic } from './logic-shape.ts';
import { reservedArguments } from './parameter-shape.ts';
import { checkReferences, checkSteps, type StepContext } from './steps.ts';
import { checkExpression, checkTemplates } from './template-variables.ts';

export interface WorkflowContext extends CheckContext {
  readonly unit: Unit;
  /** `pipeline.parameters.x`. */
  readonly pipeline: ReadonlySet<string>;
  readonly jobGroups: ReadonlySet<string>;
}

const schedule = fields({
  noun: 'trigger',
  required: ['schedule'],
  keys: {
    schedule: fields({
      noun: 'schedule',
      required: ['cron', 'filters'],
      keys: { cron, filters },
    }),
  },
});

/** One workflow: its keys and every invocation of a job in it. */
export function checkWorkflow(entry: Entry, context: WorkflowContext): void {
  const slot: Slot = { node: entry.value, name: nameOf(entry), origin: entry.key.origin };
  const condition = (inner: Slot): void => checkCondition(inner, context);
  if (entry.value.kind === 'map' && valueOf(entry.value, 'condition') !== undefined) {
    report(context, slot, {
      code: 'condition-in-workflow',
      message: `The workflow \`${slot.name}\` has a key \`condition\`.`,
      suggestion: 'A workflow has its condition directly under `when` or `unless`.',
    });
  }
  fields({
    noun: 'workflow',
    required: ['jobs'],
    keys: {
      jobs: (inner) => checkInvocations(inner, context),
      when: condition,
      unless: condition,
      condition: anything,
      triggers: optional(listOf(schedule)),
      max_auto_reruns: wholeNumber(1, 5),
      version: anything,
      description: text,
    },
  })(slot, context);
}

/** A text is an expression here, a map a logic statement. */
function checkCondition(slot: Slot, context: WorkflowContext): void {
  const { node } = slot;
  const scope = { names: context.pipeline, isOrb: false };
  if (node.kind === 'scalar' && typeof node.value === 'string' && !isOpen(slot, context)) {
    checkExpression(node.value, node.origin, { scope, context, isBare: true });
    return;
  }
  if (node.kind === 'map' && valueOf(node, 'condition') !== undefined) {
    report(context, slot, {
      code: 'condition-in-workflow',
      message: `\`${slot.name}\` of a workflow has no key \`condition\`.`,
      suggestion: 'Write the condition directly under it.',
    });
    return;
  }
  checkLogic(slot, context);
  checkTemplates(node, scope, context);
}

function checkInvocations(slot: Slot, context: WorkflowContext): void {
  if (slot.node.kind !== 'list') {
    report(context, slot, {
      code: 'wrong-type',
      message: '`jobs` of a workflow must be a list.',
      suggestion: 'Begin each job with `- `.',
    });
    return;
  }
  for (const item of slot.node.items) checkInvocation(item, context);
}

function checkInvocation(item: Node, context: WorkflowContext): void {
  if (item.kind === 'scalar' && textOf(item) !== undefined) {
    return checkJobCall({ key: item, body: undefined }, context);
  }
  const [entry, second] = entriesOf(item);
  if (entry === undefined) {
    report(context, item, {
      code: 'wrong-type',
      message: 'This is neither the name of a job nor a map of one job.',
      suggestion: 'Write `- name-of-job`, or `- name-of-job:` and its keys indented under it.',
    });
    return;
  }
  if (second === undefined) return checkJobCall({ key: entry.key, body: entry.value }, context);
  const isEmpty = entry.value.kind === 'scalar' && entry.value.value === null;
  report(context, isEmpty ? entry.key : second.key, {
    code: 'job-not-indented',
    message: `\`${nameOf(second)}\` stands beside \`${nameOf(entry)}\`, not under it.`,
    suggestion: isEmpty
      ? `Indent what belongs to \`${nameOf(entry)}\` by 4 more than \`-\`.`
      : `Begin \`${nameOf(second)}\` with \`- \` if it is another job.`,
  });
}

interface JobCall {
  readonly key: Scalar;
  readonly body: Node | undefined;
}

function checkJobCall({ key, body }: JobCall, context: WorkflowContext): void {
  const name = String(key.value);
  const slot: Slot = { node: body ?? key, name, origin: key.origin };
  const isNothing = body === undefined || (body.kind === 'scalar' && body.value === null);
  if (!isNothing && body.kind !== 'map' && !isOpen(slot, context)) {
    return wrongType(slot, context, 'a map of what is given to the job');
  }
  const given = entriesOf(body);
  checkOwnKeys(given, context);
  const parameters = checkJob(name, { key, given }, context);
  const steps: StepContext = { ...context, parameters: new Map() };
  checkReferences(given, parameters, steps);
  const matrixNames = entriesOf(valueOf(valueOf(body, 'matrix'), 'parameters')).map(nameOf);
  const names = new Set([...context.pipeline, ...matrixNames.map((each) => `matrix.${each}`)]);
  if (context.isTemplated && body !== undefined) {
    checkTemplates(body, { names, isOrb: false }, context);
  }
}

/** The parameters of what is invoked; none when it is not known. */
function checkJob(
  name: string,
  { key, given }: { readonly key: Scalar; readonly given: readonly Entry[] },
  context: WorkflowContext,
): ReadonlyMap<string, Parameter> {
  const none = new Map<string, Parameter>();
  const type = textOf(given.find((entry) => nameOf(entry) === 'type')?.value);
  const found = lookUp(context.unit, 'jobs', name);
  if (type === 'approval' || type === 'no-op') {
    checkApproval(name, { key, isDefined: found !== undefined }, context);
    return none;
  }
  if (found === 'opaque' || context.jobGroups.has(name)) return none;
  if (found === undefined) {
    report(context, key, {
      code: 'unknown-job',
      message: `There is no job \`${name}\`.`,
      official: `Cannot find a definition for job named ${name}`,
      suggestion:
        didYouMean(name, namesOf(context.unit, 'jobs')) ??
        (name.includes('/') ? 'Import its orb under `orbs`.' : 'Define it under `jobs`.'),
    });
    return none;
  }
  const parameters = parametersOf(found.entry.value);
  const matrix = given.find((entry) => nameOf(entry) === 'matrix');
  const ofMatrix = entriesOf(valueOf(matrix?.value, 'parameters'));
  checkMatrix(ofMatrix, { parameters, name, matrix }, context);
  checkArguments(
    {
      kind: 'job',
      name,
      origin: key.origin,
      given,
      parameters,
      others: new Set([...reservedArguments, ...ofMatrix.map(nameOf)]),
    },
    context,
  );
  return parameters;
}

function checkApproval(
  name: string,
  { key, isDefined }: { readonly key: Scalar; readonly isDefined: boolean },
  context: WorkflowContext,
): void {
  if (!isDefined) return;
  const found = lookUp(context.unit, 'jobs', name);
  const type =
    found === undefined || found === 'opaque' ? undefined : valueOf(found.entry.value, 'type');
  if (type !== undefined) return;
  report(context, key, {
    code: 'approval-with-job',
    severity: 'warning',
    message: `\`${name}\` waits for an approval here, and there is a job of that name that never runs so.`,
    suggestion: 'Give the approval a name of its own.',
  });
}

function checkOwnKeys(given: readonly Entry[], context: WorkflowContext): void {
  const steps: StepContext = { ...context, parameters: new Map() };
  for (const entry of given) {
    const slot: Slot = { node: entry.value, name: nameOf(entry), origin: entry.key.origin };
    const check = INVOCATION_KEYS.get(slot.name);
    if (check !== undefined) check(slot, context);
    if (slot.name === 'filters' && entry.value.kind === 'scalar') checkFilter(entry.value, context);
    if (slot.name === 'pre-steps' || slot.name === 'post-steps') checkSteps(slot, steps);
  }
}

/** `filters` as a text is an expression. */
function checkFilter(node: Scalar, context: WorkflowContext): void {
  if (typeof node.value !== 'string' || isOpen({ node }, context)) return;
  const scope = { names: context.pipeline, isOrb: false };
  checkExpression(node.value, node.origin, { scope, context, isBare: true });
}

const STATUSES = ['success', 'failed', 'canceled', 'unauthorized', 'not_run', 'terminal'];
const requirement = mapOf(oneOrMore(oneOf(...STATUSES)));

const INVOCATION_KEYS: ReadonlyMap<string, (slot: Slot, context: CheckContext) => void> = new Map(
  Object.entries({
    requires: optional(
      listOf((slot, context) => (slot.node.kind === 'map' ? requirement : text)(slot, context)),
    ),
    name: text,
    context: optional(oneOrMore(text)),
    filters: optional(filters),
    type: oneOf('approval', 'build', 'no-op', 'release'),
    'serial-group': textLike(/^[^\s]{1,512}$/u, 'a name of at most 512 characters'),
    matrix: fields({
      noun: 'matrix',
      required: ['parameters'],
      keys: {
        parameters: mapOf(anything),
        exclude: optional(listOf(mapOf(anything))),
        alias: text,
      },
    }),
  }),
);

function checkMatrix(
  entries: readonly Entry[],
  call: {
    readonly parameters: ReadonlyMap<string, Parameter>;
    readonly name: string;
    readonly matrix: Entry | undefined;
  },
  context: WorkflowContext,
): void {
  for (const { key, value } of entries) {
    const slot = { node: value, name: String(key.value), origin: key.origin };
    if (isOpen(slot, context)) continue;
    if (value.kind !== 'list') {
      wrongType(slot, context, 'a list of values');
      continue;
    }
    if (value.items.length === 0) {
      report(context, slot, {
        code: 'empty-matrix',
        message: `\`${slot.name}\` has no value, and so the matrix has no job.`,
      });
    }
    for (const item of value.items) checkMatrixValue(slot, item, { ...call, context });
  }
  const known = entries.map(nameOf);
  const excluded = valueOf(call.matrix?.value, 'exclude');
  for (const combination of excluded?.kind === 'list' ? excluded.items : []) {
    const names = entriesOf(combination).map(nameOf);
    if (names.length === known.length && names.every((name) => known.includes(name))) continue;
    report(context, combination, {
      code: 'matrix-exclude',
      message: `An excluded combination names every parameter of the matrix: ${known.join(', ')}.`,
    });
  }
}

function checkMatrixValue(
  slot: Slot,
  item: Node,
  {
    parameters,
    name,
    context,
  }: {
    readonly parameters: ReadonlyMap<string, Parameter>;
    readonly name: string;
    readonly context: WorkflowContext;
  },
): void {
  const key: Scalar = { kind: 'scalar', value: slot.name, written: slot.name, origin: slot.origin };
  const given = [{ key, value: item }];
  const others = new Set([...parameters.keys()].filter((each) => each !== slot.name));
  checkArguments({ kind: 'job', name, origin: slot.origin, given, parameters, others }, context);
}
