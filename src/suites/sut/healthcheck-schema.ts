import { z } from 'zod';
import type { HealthcheckChanges } from '../../engine/contract.ts';
import { count, duration, flag, refuse, text } from './shapes.ts';

const KINDS: readonly (string | undefined)[] = ['NONE', 'CMD', 'CMD-SHELL'];

const test = z.union([
  text.transform((line): readonly string[] => ['CMD-SHELL', line]),
  z.array(text).transform((words, context): readonly string[] => {
    if (KINDS.includes(words[0])) return words;
    return refuse(context, 'must begin with `CMD`, `CMD-SHELL` or `NONE`');
  }),
]);

/** @see https://docs.docker.com/reference/compose-file/services/#healthcheck */
export const healthcheckSchema = z
  .strictObject({
    test: test.optional(),
    interval: duration.optional(),
    timeout: duration.optional(),
    start_period: duration.optional(),
    /** Engines before 25 have none: there the check is made once per `interval` from the start. */
    start_interval: duration.optional(),
    retries: count.optional(),
    disable: flag.default(false),
  })
  .transform((check): HealthcheckChanges => {
    if (check.disable) return { test: ['NONE'] };
    return {
      test: check.test,
      intervalMs: check.interval,
      timeoutMs: check.timeout,
      startPeriodMs: check.start_period,
      retries: check.retries,
    };
  });
