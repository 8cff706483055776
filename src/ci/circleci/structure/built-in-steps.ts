import {
  anything,
  fields,
  oneOf,
  oneOrMore,
  optional,
  report,
  text,
  textLike,
  truth,
  wholeNumber,
  type Check,
  type Shape,
} from './check.ts';
import { entryOf, valueOf } from '../tree.ts';
import { environment } from './environment.ts';

const when = oneOf('always', 'on_success', 'on_fail');

const runFields = fields({
  noun: '`run` step',
  required: ['command'],
  unknown: 'warning',
  keys: {
    command: text,
    name: optional(text),
    shell: text,
    environment: optional(environment),
    background: truth,
    working_directory: text,
    no_output_timeout: textLike(
      /^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$|^\d+$/u,
      'a duration such as `20m` or `1.25h`',
    ),
    when,
    max_auto_reruns: wholeNumber(1, 5),
    auto_rerun_delay: textLike(
      /^(?:(?:10|[1-9])m|[1-9]\d*s)$/u,
      'a duration of at most 10 minutes such as `30s` or `2m`',
    ),
    description: text,
  },
});

const run: Check = (slot, context) => {
  if (slot.node.kind === 'scalar' && slot.node.value !== null) return;
  if (slot.node.kind === 'scalar') {
    report(context, slot, {
      code: 'empty-step',
      message: `\`${slot.name}\` has no command.`,
      suggestion: 'Write the command after it, or indent its keys under it.',
    });
    return;
  }
  runFields(slot, context);
  const background = valueOf(slot.node, 'background');
  const reruns = entryOf(slot.node, 'max_auto_reruns') ?? entryOf(slot.node, 'auto_rerun_delay');
  if (reruns !== undefined && background?.kind === 'scalar' && background.value === true) {
    report(context, reruns.key, {
      code: 'rerun-in-background',
      message: 'A step in the background cannot be run again.',
      official: 'Background steps cannot use max_auto_reruns or auto_rerun_delay fields',
    });
  }
};

function step(shape: Omit<Shape, 'noun' | 'unknown'>): Check {
  const keys = { name: text, when, description: text, ...shape.keys };
  return fields({ ...shape, keys, noun: 'step', unknown: 'warning' });
}

/** A step that needs no keys can be written as a word. */
function alsoAlone(check: Check): Check {
  return optional(check);
}

const restoreCache: Check = (slot, context) => {
  step({ keys: { key: text, keys: oneOrMore(text) } })(slot, context);
  if (slot.node.kind !== 'map') return;
  if (entryOf(slot.node, 'key') === undefined && entryOf(slot.node, 'keys') === undefined) {
    report(context, slot, {
      code: 'missing-key',
      message: 'The step `restore_cache` needs `key` or `keys`.',
    });
  }
};

const paths: Check = (slot, context) => {
  oneOrMore(text)(slot, context);
};

/** Steps that every job has. */
export const builtInSteps: ReadonlyMap<string, Check> = new Map<string, Check>([
  ['run', run],
  ['deploy', run],
  [
    'checkout',
    alsoAlone(
      step({
        keys: {
          path: text,
          method: oneOf('blobless', 'full', 'shallow'),
          depth: wholeNumber(1),
        },
      }),
    ),
  ],
  [
    'setup_remote_docker',
    alsoAlone(
      step({
        keys: {
          version: text,
          docker_layer_caching: truth,
          prefer_same_region: truth,
          reusable: truth,
        },
      }),
    ),
  ],
  ['save_cache', step({ keys: { key: text, paths }, required: ['key', 'paths'] })],
  ['restore_cache', restoreCache],
  ['store_artifacts', step({ keys: { path: text, destination: text }, required: ['path'] })],
  ['store_test_results', step({ keys: { path: text }, required: ['path'] })],
  ['persist_to_workspace', step({ keys: { root: text, paths }, required: ['root', 'paths'] })],
  ['attach_workspace', step({ keys: { at: text }, required: ['at'] })],
  ['add_ssh_keys', alsoAlone(step({ keys: { fingerprints: optional(oneOrMore(text)) } }))],
  ['install_signing_bundle', anything],
]);

/** Those that cannot stand alone as a word. */
export const needsKeys: ReadonlySet<string> = new Set(
  [...builtInSteps.keys()].filter(
    (name) =>
      !['checkout', 'setup_remote_docker', 'add_ssh_keys', 'install_signing_bundle'].includes(name),
  ),
);
