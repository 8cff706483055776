import { isInMask, type Signal } from './signals.ts';
import { isShell, type Process } from './processes.ts';
import { renderSeconds } from './render.ts';
import type { StopRun } from './runs.ts';

export interface StopAdvice {
  /** One clause without a final stop: why the signal had no effect. */
  readonly cause: string;
  /** One imperative sentence. */
  readonly fix: string;
}

/**
 * Why a container did not end on its stop signal. The kernel drops a signal that PID 1 has no handler for:
 * the default action, which ends other processes, does not apply to it.
 * @see https://man7.org/linux/man-pages/man7/pid_namespaces.7.html
 */
export function explainStop({ signal, processes, timeoutMs }: StopRun): StopAdvice {
  const [first, ...others] = processes;
  const isCaught = first === undefined ? undefined : isInMask(first.caught, signal);
  if (first === undefined || isCaught === undefined) return unexplained(signal);
  if (isInMask(first.ignored, signal) === true) {
    return {
      cause: `PID 1 (\`${first.argv}\`) ignores ${signal.name}`,
      fix: `Let the program handle ${signal.name}, or set \`STOPSIGNAL\` to the signal that it ends on.`,
    };
  }
  const children = others.filter(({ parentPid }) => parentPid === first.pid);
  const isParentShell = isShell(first.argv.split(' ')[0]) && children.length > 0;
  if (isCaught) {
    return isParentShell ? waitingShell(first, children, signal) : slow(first, signal, timeoutMs);
  }
  return isParentShell ? deafShell(first, children, signal) : noHandler(first, signal);
}

function unexplained(signal: Signal): StopAdvice {
  return {
    cause: `PID 1 either has no handler for ${signal.name} or takes too long`,
    fix: `Start the program with \`exec\` so that it is PID 1 and gets ${signal.name}, or put an init (\`tini\`) before it.`,
  };
}

function noHandler(first: Process, signal: Signal): StopAdvice {
  return {
    cause: `PID 1 (\`${first.argv}\`) has no handler for ${signal.name}, and the kernel drops signals that PID 1 does not handle`,
    fix: `Handle ${signal.name} in the program, set \`STOPSIGNAL\` to one that it handles, or put an init before it: \`ENTRYPOINT ["tini", "--", …]\`.`,
  };
}

function deafShell(first: Process, children: readonly Process[], signal: Signal): StopAdvice {
  const child = children[0]?.argv ?? '';
  const isChildReady = children.some(({ caught }) => isInMask(caught, signal) === true);
  const cause = `PID 1 is a shell (\`${first.argv}\`) that does not pass ${signal.name} on to its child \`${child}\``;
  return isChildReady
    ? {
        cause: `${cause}, which would handle it`,
        fix: `Start the child with \`exec\` in the script, or write CMD and ENTRYPOINT in exec form (\`["…"]\`), so that it is PID 1 itself.`,
      }
    : {
        cause,
        fix: `Put an init before it (\`ENTRYPOINT ["tini", "--", …]\`) and start the child with \`exec\`; as PID 1 alone it would need a handler for ${signal.name}.`,
      };
}

function waitingShell(first: Process, children: readonly Process[], signal: Signal): StopAdvice {
  const child = children[0]?.argv ?? '';
  return {
    cause: `PID 1 is a shell (\`${first.argv}\`) with a trap for ${signal.name}, but a shell runs traps only after its foreground child (\`${child}\`) ends`,
    fix: `Start the child with \`exec\`, or in the background with \`&\`, and let the script \`wait\` for it.`,
  };
}

function slow(first: Process, signal: Signal, timeoutMs: number): StopAdvice {
  return {
    cause: `PID 1 (\`${first.argv}\`) handles ${signal.name}, but is not done after ${renderSeconds(timeoutMs)}`,
    fix: 'Find what its handler waits for; if it needs that long, raise `run.stop_timeout`.',
  };
}
