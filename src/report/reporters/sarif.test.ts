import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { outputOf } from '../testing/report-of.ts';
import { behaviourCase, failedRun, passedRun, type TimedEvent } from '../testing/sample-run.ts';
import { sarif } from './sarif.ts';

/** What a reader relies on; the standard asks for more than is read here of nothing. */
const sarifSchema = z.object({
  version: z.literal('2.1.0'),
  runs: z.tuple([
    z.object({
      tool: z.object({
        driver: z.object({
          name: z.literal('seatrial'),
          rules: z.array(z.object({ id: z.string() })),
        }),
      }),
      results: z.array(
        z.object({
          ruleId: z.string(),
          ruleIndex: z.number(),
          level: z.enum(['error', 'warning', 'note']),
          kind: z.enum(['fail', 'open']),
          message: z.object({ text: z.string().min(1) }),
          locations: z.tuple([
            z.object({
              physicalLocation: z.object({ artifactLocation: z.object({ uri: z.string() }) }),
              logicalLocations: z.array(z.object({ fullyQualifiedName: z.string() })),
            }),
          ]),
          partialFingerprints: z.object({ 'seatrial/1': z.string().length(64) }),
        }),
      ),
    }),
  ]),
});

type Sarif = z.infer<typeof sarifSchema>['runs'][0];

async function sarifOf(timed: readonly TimedEvent[]): Promise<Sarif> {
  return sarifSchema.parse(JSON.parse(await outputOf(sarif, timed))).runs[0];
}

describe('the SARIF report', () => {
  it('has failures and warnings, each with its rule, its image and what to do', async () => {
    const { tool, results } = await sarifOf(failedRun);

    expect(tool.driver.rules.map(({ id }) => id)).toEqual([
      'behaviour/identity',
      'behaviour/stops',
    ]);
    expect(results.map(({ ruleId, ruleIndex, level }) => [ruleId, ruleIndex, level])).toEqual([
      ['behaviour/identity', 0, 'warning'],
      ['behaviour/stops', 1, 'error'],
    ]);
    expect(results[1]?.message.text).toContain('Fix: Start the program with `exec`');
    expect(results[1]?.locations[0].physicalLocation.artifactLocation.uri).toBe('dynamodb');
    expect(results[1]?.locations[0].logicalLocations[0]?.fullyQualifiedName).toMatch(
      /^sha256:4f2a/u,
    );
  });

  it('gives a finding the same fingerprint in every run', async () => {
    const [failed, passed] = await Promise.all([sarifOf(failedRun), sarifOf(passedRun)]);

    expect(passed.results).toHaveLength(1);
    expect(passed.results[0]?.partialFingerprints).toEqual(failed.results[0]?.partialFingerprints);
  });

  it('leaves open what was lost', async () => {
    const lost = behaviourCase('starts', { verdict: 'lost', reason: 'the engine went away' });

    const { results } = await sarifOf([
      [0, { type: 'case.finished', step: 'test:app:behaviour', case: lost }],
    ]);

    expect(results[0]).toMatchObject({ kind: 'open', level: 'error' });
    expect(results[0]?.message.text).toContain('the engine went away');
  });
});
