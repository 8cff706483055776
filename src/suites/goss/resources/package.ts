import type { z } from 'zod';
import type { Fact, ResourceKind } from '../resource-kind.ts';
import { retrySettings } from '../retry-settings.ts';

const FIX = 'Install the package in the image, or correct the test.';

/** Told from the records of the package manager. Waiting changes nothing about them. */
export const packageKind: ResourceKind = {
  type: 'package',
  nameKey: 'name',
  properties: { installed: { isRequired: true }, versions: {} },
  settings: retrySettings satisfies z.ZodRawShape,
  isGated: true,
  needs: () => 'files',
  look: async ({ name }, scene) => {
    const database = await scene.packages();
    if ('problem' in database) return () => database;
    const versions = database.versions.get(name);
    return (property): Fact => {
      if (property === 'installed') return { value: versions !== undefined, fix: FIX };
      if (versions !== undefined) return { value: versions, fix: FIX };
      return { problem: `cannot be told: ${database.manager} has no package ${name}`, fix: FIX };
    };
  },
};
