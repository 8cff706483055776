import { valueOf, entryOf, type Node } from '../tree.ts';
import {
  fields,
  isOpen,
  listOf,
  oneOrMore,
  optional,
  report,
  text,
  truth,
  wrongType,
  type Check,
  type CheckContext,
  type Slot,
} from './check.ts';
import { environment } from './environment.ts';

const credentials = fields({
  noun: 'set of credentials',
  unknown: 'warning',
  keys: {
    username: text,
    password: text,
    aws_access_key_id: text,
    aws_secret_access_key: text,
    role_arn: text,
    region: text,
    project_id: text,
    workload_identity_pool_id: text,
    workload_identity_pool_provider_id: text,
    service_account: text,
  },
});

const container = fields({
  noun: 'container',
  required: ['image'],
  keys: {
    image: text,
    name: text,
    entrypoint: optional(oneOrMore(text)),
    command: optional(oneOrMore(text)),
    user: text,
    environment: optional(environment),
    auth: credentials,
    aws_auth: credentials,
    gcp_auth: credentials,
  },
});

const docker: Check = (slot, context) => {
  listOf(container)(slot, context);
  if (slot.node.kind === 'list' && slot.node.items.length === 0) {
    wrongType(slot, context, 'a list of at least one container');
  }
};

const machineFields = fields({
  noun: 'machine',
  unknown: 'warning',
  keys: {
    enabled: truth,
    image: text,
    docker_layer_caching: truth,
    resource_class: text,
    shell: text,
  },
});

const machine: Check = (slot, context) => {
  const { node } = slot;
  if (node.kind === 'map') return machineFields(slot, context);
  if (isOpen(slot, context)) return;
  const isPlain = node.kind === 'scalar' && (node.value === true || node.value === 'default');
  if (!isPlain) wrongType(slot, context, '`true`, or a map with `image`');
};

/** What says where steps run; of a job and of an executor alike. */
export const executorKeys: Readonly<Record<string, Check>> = {
  docker,
  machine,
  macos: fields({
    noun: 'macOS machine',
    unknown: 'warning',
    keys: { xcode: text, code_signing: truth },
  }),
  environment: optional(environment),
  working_directory: text,
  shell: text,
  resource_class: text,
  description: text,
};

const KINDS = ['docker', 'machine', 'macos'] as const;

/** Exactly one place to run in: of two, both are named. */
export function checkWhereItRuns(
  slot: Slot,
  context: CheckContext,
  also: readonly string[] = [],
): void {
  const kinds = KINDS.flatMap((kind) => entryOf(slot.node, kind) ?? []);
  const [first, second] = kinds;
  if (first !== undefined && second !== undefined) {
    const { line, col } = first.key.origin.source.lines.linePos(first.key.origin.start);
    context.findings.add({
      code: 'two-executors',
      severity: 'error',
      origin: second.key.origin,
      related: first.key.origin,
      message: `\`${slot.name}\` runs in \`${second.key.written}\` here and in \`${first.key.written}\` in line ${line}, column ${col}: it can be only one.`,
      suggestion: 'Remove one of them.',
    });
  }
  if (first === undefined && !also.some((key) => entryOf(slot.node, key) !== undefined)) {
    report(context, slot, {
      code: 'no-executor',
      message: `\`${slot.name}\` does not say where it runs.`,
      suggestion: `Give it ${['docker', 'machine', 'macos', ...also.slice(0, 1)].map((key) => `\`${key}\``).join(', ')}.`,
    });
  }
  checkResourceClass(slot.node, context);
}

function checkResourceClass(node: Node, context: CheckContext): void {
  const outer = entryOf(node, 'resource_class');
  const inner = entryOf(valueOf(node, 'machine'), 'resource_class');
  if (outer === undefined || inner === undefined) return;
  context.findings.add({
    code: 'two-resource-classes',
    severity: 'error',
    origin: inner.key.origin,
    related: outer.key.origin,
    message: '`resource_class` stands both in `machine` and beside it.',
    suggestion: 'Keep the one beside `machine`.',
  });
}
