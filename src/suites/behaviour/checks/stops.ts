import { comeUp, dockerRemove, dockerRun, inOrder } from '../by-hand.ts';
import { explainStop } from '../stop-advice.ts';
import { lastLines, renderSeconds } from '../render.ts';
import { renderProcesses } from '../processes.ts';
import type { Check, CheckResult } from '../check.ts';
import type { StopRun } from '../runs.ts';

export const stops: Check<'stop'> = {
  id: 'stops',
  title: 'Stops in time',
  proves: 'The image ends by itself on its stop signal, before the engine has to kill it.',
  appliesTo: ['service'],
  severity: 'error',
  group: 'quick',
  needs: 'stop',

  async run(run) {
    return judgeStop(run);
  },

  byHand: (subject) =>
    inOrder(
      dockerRun(subject),
      comeUp,
      'docker top by-hand -eo pid,ppid,caught,ignored,args',
      `time docker stop -t ${Math.ceil(subject.image.profile.run.stop_timeout / 1000)} by-hand`,
      "docker inspect -f '{{.State.ExitCode}}' by-hand",
      dockerRemove(),
    ),
};

const KILLED = 137;

export function judgeStop(run: StopRun): CheckResult {
  const { signal, exitCode } = run;
  const seconds = renderSeconds(run.durationMs);
  if (!run.wasUp) return endedBefore(run);
  if (exitCode === 0 || exitCode === 128 + signal.number) {
    const message = `Ended ${seconds} after ${signal.name} with exit code ${exitCode}.`;
    return { verdict: 'pass', message };
  }
  if (exitCode === KILLED) {
    const { cause, fix } = explainStop(run);
    return {
      verdict: 'fail',
      message: `Did not end within ${renderSeconds(run.timeoutMs)} of ${signal.name} and was killed (exit code 137): ${cause}.`,
      fix,
      evidence: evidenceOf(run),
    };
  }
  return {
    verdict: 'warn',
    message: `Ended ${seconds} after ${signal.name}, but with exit code ${exitCode}, which looks like a failure.`,
    fix: `Handle ${signal.name}: finish the work at hand, then end with exit code 0.`,
    evidence: lastLines(run.log),
  };
}

/** Ready for a moment, then gone: no stop signal had a part in it. */
function endedBefore({ exitCode, log }: StopRun): CheckResult {
  return {
    verdict: 'fail',
    message: `Became ready, and then ended by itself with exit code ${exitCode} before it was asked to stop.`,
    fix: 'Find in the log why it ended, and keep the service in the foreground, without `&` or daemon mode.',
    evidence: log.trim() === '' ? 'The log is empty.' : lastLines(log),
  };
}

function evidenceOf({ processes, log }: StopRun): string | undefined {
  const table = processes.length === 0 ? '' : renderProcesses(processes);
  const text = [table, lastLines(log, 4)].filter((part) => part !== '').join('\n\n');
  return text === '' ? undefined : text;
}
