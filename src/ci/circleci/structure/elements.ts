import { parametersOf } from '../parameters.ts';
import { nameOf, textOf, valueOf, type Entry } from '../tree.ts';
import type { Unit } from '../unit.ts';
import {
  fields,
  isOpen,
  oneOf,
  optional,
  report,
  text,
  textLike,
  truth,
  wholeNumber,
  wrongType,
  anything,
  type Check,
  type CheckContext,
  type Slot,
} from './check.ts';
import { checkWhereItRuns, executorKeys } from './executor-shape.ts';
import { parameterDefinitions } from './parameter-shape.ts';
import { checkExecutorReference, checkSteps, type StepContext } from './steps.ts';
import { checkTemplates } from './template-variables.ts';

/** Checks everything that a unit defines, its orbs' own definitions included. */
export function checkElements(
  unit: Unit,
  context: CheckContext,
  pipeline: ReadonlySet<string>,
): void {
  const inner: UnitContext = { ...context, unit, pipeline };
  for (const entry of unit.commands.values()) checkCommand(entry, inner);
  for (const entry of unit.executors.values()) checkExecutor(entry, inner);
  for (const entry of unit.jobs.values()) checkJob(entry, inner);
  for (const orb of unit.orbs.values()) {
    // Only what stands in the file itself: a published orb has passed already.
    if (orb !== 'opaque' && orb.root?.origin.source === unit.root?.origin.source) {
      checkElements(orb, context, new Set());
    }
  }
}

interface UnitContext extends CheckContext {
  readonly unit: Unit;
  /** `pipeline.parameters.x`. */
  readonly pipeline: ReadonlySet<string>;
}

function slotOf(entry: Entry): Slot {
  return { node: entry.value, name: nameOf(entry), origin: entry.key.origin };
}

function insideOf(entry: Entry, context: UnitContext): StepContext {
  return { ...context, parameters: parametersOf(entry.value) };
}

function checkVariables(entry: Entry, context: UnitContext): void {
  if (!context.isTemplated) return;
  const own = [...parametersOf(entry.value).keys()].map((name) => `parameters.${name}`);
  const names = new Set([...own, ...context.pipeline]);
  checkTemplates(entry.value, { names, isOrb: context.unit.orb !== undefined }, context);
}

function steps(context: StepContext): Check {
  return (slot) => checkSteps(slot, context);
}

function checkCommand(entry: Entry, context: UnitContext): void {
  const slot = slotOf(entry);
  checkElementName(slot, context);
  fields({
    noun: 'command',
    required: ['steps'],
    keys: {
      description: text,
      parameters: parameterDefinitions('command', slot.name),
      steps: steps(insideOf(entry, context)),
    },
  })(slot, context);
  checkVariables(entry, context);
}

function checkExecutor(entry: Entry, context: UnitContext): void {
  const slot = slotOf(entry);
  checkElementName(slot, context);
  fields({
    noun: 'executor',
    keys: { ...executorKeys, parameters: parameterDefinitions('executor', slot.name) },
  })(slot, context);
  if (slot.node.kind === 'map') checkWhereItRuns(slot, context);
  checkVariables(entry, context);
}

function checkElementName(slot: Slot, context: CheckContext): void {
  if (/^[A-Za-z][\w/.-]*$/u.test(slot.name)) return;
  report(context, slot, {
    code: 'name',
    severity: 'warning',
    message: `\`${slot.name}\` is no good name.`,
    suggestion: 'Use lower-case letters, digits, `-` and `_`, and begin with a letter.',
  });
}

const retention = fields({
  noun: 'retention',
  keys: { caches: textLike(/^(?:[1-9]|[12]\d|30)d$/u, 'a number of days from `1d` to `30d`') },
});

function checkJob(entry: Entry, context: UnitContext): void {
  const slot = slotOf(entry);
  if (isOpen(slot, context)) return;
  if (slot.node.kind !== 'map') return wrongType(slot, context, 'a map');
  const inside = insideOf(entry, context);
  const type = textOf(valueOf(slot.node, 'type')) ?? 'build';
  fields({
    noun: 'job',
    required: type === 'build' ? ['steps'] : [],
    keys: {
      ...executorKeys,
      type: oneOf('build', 'approval', 'no-op', 'release'),
      executor: (inner) => checkExecutorReference(inner, inside),
      steps: steps(inside),
      'pre-steps': steps(inside),
      'post-steps': steps(inside),
      parameters: parameterDefinitions('job', slot.name),
      parallelism: wholeNumber(1),
      branches: optional(anything),
      circleci_ip_ranges: truth,
      retention,
      plan_name: text,
      validation: anything,
    },
  })(slot, context);
  if (type === 'build') checkWhereItRuns(slot, context, ['executor']);
  checkRemoteDocker(slot, context);
  checkVariables(entry, context);
}

/** Docker is there already where the job has a machine of its own. */
function checkRemoteDocker(slot: Slot, context: CheckContext): void {
  const machine = valueOf(slot.node, 'machine') ?? valueOf(slot.node, 'macos');
  const list = valueOf(slot.node, 'steps');
  if (machine === undefined || list?.kind !== 'list') return;
  for (const item of list.items) {
    const name = item.kind === 'map' ? item.entries[0]?.key : item;
    if (name?.kind !== 'scalar' || name.value !== 'setup_remote_docker') continue;
    report(context, name, {
      code: 'L11',
      message: '`setup_remote_docker` does not work in a job with a machine of its own.',
      suggestion: 'Remove it: a machine has Docker.',
    });
  }
}
