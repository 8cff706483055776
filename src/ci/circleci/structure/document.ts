import { didYouMean } from '../../../config/suggestion.ts';
import type { ParsedFile } from '../parse-yaml.ts';
import { parametersOf } from '../parameters.ts';
import { entriesOf, entryOf, nameOf, valueOf, type Entry, type Mapping } from '../tree.ts';
import type { Unit } from '../unit.ts';
import { optional, report, truth, wrongType, type CheckContext, type Slot } from './check.ts';
import { checkElements } from './elements.ts';
import { parameterDefinitions } from './parameter-shape.ts';
import { checkGraph } from './workflow-graph.ts';
import { checkWorkflow } from './workflow-shape.ts';

const KNOWN_KEYS = [
  'version',
  'setup',
  'orbs',
  'parameters',
  'executors',
  'commands',
  'jobs',
  'job-groups',
  'workflows',
  'description',
  'display',
  'examples',
  'experimental',
  'notify',
  'build_agent',
  'machine',
] as const;

/** Those that version 2.0 does not have. */
const NEW_KEYS = ['orbs', 'parameters', 'executors', 'commands', 'setup'];

/** `2.0` or `2.1`; absent when the file says something else, which is reported. */
export function versionOf(file: ParsedFile, context: CheckContext): '2.0' | '2.1' | undefined {
  const { root, source } = file;
  if (root?.kind !== 'map') {
    const origin = root?.origin ?? { source, start: 0, end: 1 };
    report(
      context,
      { origin },
      {
        code: 'wrong-type',
        message: 'A configuration is a map with `version` and `jobs`.',
      },
    );
    return undefined;
  }
  const entry = entryOf(root, 'version');
  if (entry === undefined) {
    const names = root.entries.map(nameOf);
    const meant = names.find((name) => didYouMean(name, ['version']) !== undefined);
    const key = root.entries.find((each) => nameOf(each) === meant)?.key;
    report(context, key ?? { origin: { source, start: 0, end: 1 } }, {
      code: 'no-version',
      message:
        meant === undefined
          ? 'The file does not say its `version`.'
          : `\`${meant}\` is no key, and \`version\` is missing.`,
      suggestion: meant === undefined ? 'Begin it with `version: 2.1`.' : 'Did you mean `version`?',
    });
    return undefined;
  }
  return toVersion(entry, context);
}

function toVersion(entry: Entry, context: CheckContext): '2.0' | '2.1' | undefined {
  const written = entry.value.kind === 'scalar' ? entry.value.written : '';
  if (/^2(?:\.0)?$/u.test(written)) return '2.0';
  if (written === '2.1') return '2.1';
  report(context, entry.value.kind === 'scalar' ? entry.value : entry.key, {
    code: 'version',
    message: `There is no version \`${written}\` of the configuration.`,
    suggestion: 'Write `version: 2.1`.',
  });
  return undefined;
}

export interface DocumentOptions {
  readonly file: ParsedFile;
  readonly unit: Unit;
  readonly version: '2.0' | '2.1';
}

/** Everything that the file says, by the rules of its version. */
export function checkDocument(options: DocumentOptions, context: CheckContext): void {
  const { root } = options.file;
  if (root?.kind !== 'map') return;
  checkKeys(root, options, context);
  const pipeline = new Set(
    [...parametersOf(root).keys()].map((name) => `pipeline.parameters.${name}`),
  );
  if (options.version === '2.1') {
    checkPart(root, 'parameters', (slot) => parameterDefinitions('pipeline')(slot, context));
    checkPart(root, 'setup', (slot) => truth(slot, context));
  }
  for (const name of ['jobs', 'commands', 'executors', 'orbs']) {
    checkPart(root, name, (slot) => {
      if (slot.node.kind !== 'map') wrongType(slot, context, 'a map');
    });
  }
  checkElements(options.unit, context, pipeline);
  checkNames(root, context);
  checkWorkflows(root, options, { context, pipeline });
}

function checkPart(root: Mapping, name: string, check: (slot: Slot) => void): void {
  const entry = entryOf(root, name);
  if (entry === undefined) return;
  optional(check)(
    { node: entry.value, name, origin: entry.key.origin },
    // `optional` asks nothing of a context.
    { findings: NO_FINDINGS, isTemplated: false },
  );
}

const NO_FINDINGS: CheckContext['findings'] = {
  add: () => undefined,
  skip: () => undefined,
  all: [],
  notChecked: [],
};

function checkKeys(root: Mapping, { file, version }: DocumentOptions, context: CheckContext): void {
  for (const { key, value } of root.entries) {
    const name = String(key.value);
    const isNew = NEW_KEYS.includes(name) && version === '2.0';
    if (!isNew && KNOWN_KEYS.some((each) => each === name)) continue;
    if (holdsAnchor(file, { key, value })) continue;
    report(context, key, {
      code: isNew ? 'needs-2.1' : 'unknown-key',
      severity: isNew ? 'error' : 'warning',
      message: isNew
        ? `\`${name}\` needs version 2.1, and this file is version 2.`
        : `A configuration has no key \`${name}\`.`,
      suggestion: isNew ? 'Write `version: 2.1`.' : didYouMean(name, KNOWN_KEYS),
    });
  }
}

/** A key of any name may hold what others refer to. */
function holdsAnchor({ anchors, source }: ParsedFile, { key, value }: Entry): boolean {
  const from = key.origin.start;
  const next = source.text.slice(key.origin.end).search(/\n[^\s#]/u);
  const end = Math.max(value.origin.end, next === -1 ? source.text.length : key.origin.end + next);
  return anchors.some((at) => at >= from && at <= end);
}

/** Names of jobs differ in more than the case of their letters. */
function checkNames(root: Mapping, context: CheckContext): void {
  const known = new Map<string, Entry>();
  for (const entry of entriesOf(valueOf(root, 'jobs'))) {
    const lower = nameOf(entry).toLowerCase();
    const other = known.get(lower);
    known.set(lower, entry);
    if (other === undefined) continue;
    report(context, entry.key, {
      code: 'same-name',
      message: `The job \`${nameOf(entry)}\` differs from \`${nameOf(other)}\` only in the case of its letters.`,
      suggestion: 'Rename one of them.',
    });
  }
}

const NO_BUILD =
  "Cannot find a job named `build` to run in the `jobs:` section of your configuration file. If you expected a workflow to run, check your config contains a top-level key called 'workflows:'";

function checkWorkflows(
  root: Mapping,
  { unit, version }: DocumentOptions,
  { context, pipeline }: { readonly context: CheckContext; readonly pipeline: ReadonlySet<string> },
): void {
  const workflows = entryOf(root, 'workflows');
  if (workflows === undefined) return checkBuild(root, unit, context);
  if (workflows.value.kind !== 'map') {
    const slot = { node: workflows.value, name: 'workflows', origin: workflows.key.origin };
    return wrongType(slot, context, 'a map');
  }
  const jobGroups = new Set(entriesOf(valueOf(root, 'job-groups')).map(nameOf));
  for (const entry of workflows.value.entries) {
    if (nameOf(entry) === 'version') continue;
    if (version === '2.0') checkOld(entry, context);
    checkWorkflow(entry, { ...context, unit, pipeline, jobGroups });
    checkGraph(entry, context);
  }
}

function checkBuild(root: Mapping, unit: Unit, context: CheckContext): void {
  if (unit.jobs.has('build')) return;
  const jobs = entryOf(root, 'jobs');
  const meant = didYouMean('workflows', root.entries.map(nameOf));
  report(context, jobs?.key ?? root, {
    code: 'no-workflow',
    message: 'There is no `workflows`, and no job `build` that would run without.',
    official: NO_BUILD,
    suggestion: meant ?? 'Add `workflows`, or call the job `build`.',
  });
}

/** What a workflow of version 2.0 cannot have. */
function checkOld(workflow: Entry, context: CheckContext): void {
  for (const item of entriesOf(workflow.value)) {
    if (nameOf(item) === 'when' || nameOf(item) === 'unless') needsNew(item, context);
  }
  const jobs = valueOf(workflow.value, 'jobs');
  for (const item of jobs?.kind === 'list' ? jobs.items : []) {
    const matrix = entryOf(entriesOf(item)[0]?.value, 'matrix');
    if (matrix !== undefined) needsNew(matrix, context);
  }
}

function needsNew({ key }: Entry, context: CheckContext): void {
  report(context, key, {
    code: 'needs-2.1',
    message: `\`${key.written}\` needs version 2.1, and this file is version 2.`,
    suggestion: 'Write `version: 2.1`.',
  });
}
