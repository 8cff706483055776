import { comeUp, dockerRemove, dockerRun, inOrder } from '../by-hand.ts';
import { cannotRun, PROBE_TIMEOUT_MS } from '../health-trial.ts';
import type { HealthTrial } from '../health-outcome.ts';
import { withoutSecrets } from '../own-values.ts';
import { lastLines, renderSeconds } from '../render.ts';
import { renderStartEvidence } from '../start-advice.ts';
import type { Check, CheckResult } from '../check.ts';
import type { Subject } from '../subject.ts';

export const healthcheckWorks: Check<'health'> = {
  id: 'healthcheck-works',
  title: 'Health check works',
  proves:
    'The HEALTHCHECK says healthy of a server that answers, and unhealthy of one that does not.',
  appliesTo: ['service'],
  severity: 'error',
  group: 'full',
  needs: 'health',

  isPointless: ({ image }) =>
    (image.record.config.healthcheck?.test[0] ?? 'NONE') === 'NONE'
      ? 'the image has no HEALTHCHECK, as official images have none on purpose'
      : undefined,

  async run(run, subject) {
    return judgeHealth(run, subject);
  },

  byHand: (subject) =>
    inOrder(
      dockerRun(subject, {
        flags: ['-d', '--health-interval 1s', '--health-timeout 3s', '--health-retries 1'],
      }),
      comeUp,
      showHealth,
      'docker kill -s STOP by-hand',
      comeUp,
      showHealth,
      'docker kill -s CONT by-hand',
      dockerRemove(),
    ),
};

const showHealth = "docker inspect -f '{{json .State.Health}}' by-hand";

export function judgeHealth(run: HealthTrial, subject: Subject): CheckResult {
  switch (run.state) {
    case 'not-up': {
      const reason = 'a container with a quicker health check did not become ready';
      const evidence = renderStartEvidence(run.outcome);
      return { verdict: 'skip', message: `Could not be tried: ${reason}.`, reason, evidence };
    }
    case 'never-healthy':
      return judgeNeverHealthy(run, subject);
    case 'not-frozen':
      return {
        verdict: 'pass',
        message: `Says healthy. Whether it notices a server that hangs could not be tried: ${run.why}.`,
      };
    case 'blind':
      return {
        verdict: 'warn',
        message: `Checks nothing that the program does: with all of its processes frozen it went on saying healthy (${String(run.probes)} times in ${renderSeconds(run.afterMs)}).`,
        fix: `Let HEALTHCHECK ask the server for an answer, with a request to its port. If it looks at the age of a file and only needs longer to notice, silence this with \`skip\`.`,
      };
    case 'noticed':
      return judgeNoticed(run);
  }
}

function judgeNoticed({ afterMs, later }: Extract<HealthTrial, { state: 'noticed' }>): CheckResult {
  const noticed = `Says healthy, and unhealthy ${renderSeconds(afterMs)} after all processes were frozen`;
  if (later === 'healthy')
    return { verdict: 'pass', message: `${noticed}; and healthy again when they went on.` };
  if (later === 'ended')
    return { verdict: 'pass', message: `${noticed}; when they went on, the container ended.` };
  return {
    verdict: 'warn',
    message: `${noticed}, but it stays unhealthy though they go on.`,
    fix: 'Let each run of the check begin anew, without what an earlier one left behind, and see that the program serves again after a pause.',
  };
}

function judgeNeverHealthy(
  { because, afterMs, health }: Extract<HealthTrial, { state: 'never-healthy' }>,
  subject: Subject,
): CheckResult {
  if (health === undefined) {
    const reason = 'the container ended before its health check said anything';
    return { verdict: 'skip', message: `Could not be tried: ${reason}.`, reason };
  }
  const output = withoutSecrets(lastLines(health.lastOutput), subject);
  const evidence = output.trim() === '' ? undefined : output;
  const { test = [], timeoutMs = Infinity } = subject.image.record.config.healthcheck ?? {};
  const command = test.slice(1).join(' ');
  if (cannotRun(health)) {
    return {
      verdict: 'fail',
      message: `Cannot run: \`${command}\` calls a program that is not in the image, or may not be run.`,
      fix: 'Install that program, or check with one that the image has; the server itself can have a flag for it.',
      evidence,
    };
  }
  // What the engine says of one that took too long.
  if (health.lastExitCode === -1 && timeoutMs > PROBE_TIMEOUT_MS) {
    const reason = `its health check takes longer than ${renderSeconds(PROBE_TIMEOUT_MS)}`;
    return { verdict: 'skip', message: `Could not be tried: ${reason}.`, reason };
  }
  return {
    verdict: 'fail',
    message: `Never says healthy: ${because}, and ${renderSeconds(afterMs)} later \`${command}\` still ends with exit code ${String(health.lastExitCode)}.`,
    fix: 'Run the command by hand in the container (`docker exec`), and correct it or what it asks for.',
    evidence,
  };
}
