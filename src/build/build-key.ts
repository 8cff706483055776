import { contentKey, type ContentKey } from '../kernel/content-key.ts';
import { digestOf } from '../kernel/digest.ts';
import type { ContextDigest } from './context-digest.ts';
import { looksSecret } from './secret-args.ts';

/** All that decides what a build makes. */
export interface BuildInputs {
  /** The Dockerfile after argument expansion, without what does not matter (comments, spacing). */
  readonly dockerfileCanonical: string;
  readonly context: Pick<ContextDigest, 'inputs'>;
  readonly args: Readonly<Record<string, string>>;
  readonly target?: string | undefined;
  readonly platform: string;
  /** Image of the project that this one builds on, to the engine image id it has now. */
  readonly parents: Readonly<Record<string, string>>;
  /**
   * Labels from the configuration. Labels that come from the commit (`labels.ts`) are not an input: when
   * only they would differ, the image of the first commit that produced the content stays.
   */
  readonly labels: Readonly<Record<string, string>>;
}

const MAX_VALUE_LENGTH = 80;

export function buildKey(inputs: BuildInputs): ContentKey {
  return contentKey('build', {
    dockerfile: digestOf(inputs.dockerfileCanonical),
    ...inputs.context.inputs,
    ...(inputs.target === undefined ? {} : { target: inputs.target }),
    platform: inputs.platform,
    ...prefixed('arg', inputs.args, argumentValue),
    ...prefixed('parent', inputs.parents, (_, imageId) => imageId),
    ...prefixed('label', inputs.labels, (_, value) => shortValue(value)),
  });
}

function prefixed(
  kind: string,
  values: Readonly<Record<string, string>>,
  valueOf: (name: string, value: string) => string,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`${kind}:${name}`, valueOf(name, value)]),
  );
}

/** Keys are written to the log of the run, where a secret must not be. */
function argumentValue(name: string, value: string): string {
  return looksSecret(name) ? digestOf(value) : shortValue(value);
}

function shortValue(value: string): string {
  return value.length > MAX_VALUE_LENGTH ? digestOf(value) : value;
}
