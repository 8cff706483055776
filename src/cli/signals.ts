import { exitCodes } from '../kernel/errors.ts';

export interface Signals {
  /** Aborts on the first SIGINT, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal;
  release(): void;
}

const NAMES = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The first signal cancels and cleans up; the second ends at once, and the watchdog cleans up. */
export function listenForSignals(): Signals {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(exitCodes.cancelled);
    process.stderr.write(`\nseatrial: ${name}, cleaning up. Once more to leave at once.\n`);
    controller.abort(new Error(`cancelled by ${name}`));
  };
  for (const name of NAMES) process.on(name, onSignal);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of NAMES) process.off(name, onSignal);
    },
  };
}
