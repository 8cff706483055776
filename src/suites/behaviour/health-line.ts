import { readySchema } from '../../config/schema.ts';
import { PROBE_TIMEOUT_MS, tryHealth } from './health-trial.ts';
import type { HealthTrial } from './health-outcome.ts';
import type { Lines } from './lines.ts';
import type { ReadyRun } from './runs.ts';
import { startIn } from './variant-line.ts';

/** A container of its own, whose health check is put to the test: what is frozen is of no use to other checks. */
export async function runHealthLine(lines: Lines, first: ReadyRun): Promise<void> {
  const { trial, ledger } = lines;
  ledger.begin('health');
  const { profile, record } = trial.subject.image;
  const { timeout: timeoutMs } = profile.ready ?? readySchema.parse({});
  const found = await startIn(
    lines,
    {
      purpose: 'health',
      firstStartMs: first.outcome.durationMs,
      // One failure is enough, and what takes that long has failed: the image's own figures are made for years.
      healthcheck: {
        retries: 1,
        timeoutMs: Math.min(record.config.healthcheck?.timeoutMs ?? Infinity, PROBE_TIMEOUT_MS),
      },
    },
    async (outcome, containerId): Promise<HealthTrial> => {
      if (outcome.state !== 'ready') return { state: 'not-up', outcome };
      return await tryHealth(trial, containerId, { because: outcome.because, timeoutMs });
    },
  );
  await ledger.judge('health', found);
}
