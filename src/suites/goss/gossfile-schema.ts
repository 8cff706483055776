import { z } from 'zod';
import type { ResourceKind } from './resource-kind.ts';
import { resourceKinds } from './resources/index.ts';

/** What all resources have, besides their own. */
const commonSettings = {
  title: z.string().optional(),
  meta: z.record(z.string(), z.unknown()).optional(),
  skip: z.boolean().optional(),
};

/**
 * A file of goss as it is written. What stands in the place of a matcher is anything here: `compileMatcher` says what is
 * wrong with it.
 * @see https://github.com/goss-org/goss/blob/v0.4.9/docs/gossfile.md
 */
export const gossfileSchema = z.strictObject({
  ...Object.fromEntries(
    resourceKinds.map((kind) => [kind.type, z.record(z.string(), resourceSchema(kind)).nullish()]),
  ),
  gossfile: z
    .record(
      z.string(),
      z
        .strictObject({
          title: z.string().optional(),
          meta: z.record(z.string(), z.unknown()).optional(),
          file: z.string().optional(),
          skip: z.boolean().optional(),
        })
        .nullish(),
    )
    .nullish(),
});

function resourceSchema({ nameKey, properties, settings }: ResourceKind): z.ZodType {
  return z.strictObject({
    ...commonSettings,
    ...(nameKey === undefined ? {} : { [nameKey]: z.string().optional() }),
    ...Object.fromEntries(Object.keys(properties).map((name) => [name, z.unknown().optional()])),
    ...settings,
  });
}

export interface WrittenInclude {
  /** Id below `gossfile`. */
  readonly id: string;
  /** Path or glob. */
  readonly pattern: string;
  readonly isSkipped: boolean;
}

const includesSchema = z.object({
  gossfile: z
    .record(
      z.string(),
      z.object({ file: z.string().optional(), skip: z.boolean().optional() }).nullish(),
    )
    .nullish(),
});

/** In the order in which goss reads them. */
export function includesOf(value: unknown): readonly WrittenInclude[] {
  const { gossfile } = includesSchema.parse(value);
  return Object.entries(gossfile ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, written]) => ({
      id,
      pattern: written?.file ?? id,
      isSkipped: written?.skip ?? false,
    }));
}
