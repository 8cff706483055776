import { z } from 'zod';
import { printValue } from '../matchers/values.ts';
import type { ResourceKind } from '../resource-kind.ts';

/** What is written in the file itself, or came into it by a template. */
export const matching: ResourceKind = {
  type: 'matching',
  properties: {
    matches: { isRequired: true, isText: (attributes) => attributes['as-reader'] === true },
  },
  settings: { content: z.unknown().optional(), 'as-reader': z.boolean().optional() },
  isGated: false,
  needs: () => 'nothing',
  look: async ({ attributes }) => {
    const content = attributes['content'];
    return () => ({ value: attributes['as-reader'] === true ? printValue(content) : content });
  },
};
