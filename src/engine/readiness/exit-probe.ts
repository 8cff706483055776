import type { Probe, ProbeContext } from './contract.ts';

export function exitProbe(exitCode: number): Probe {
  return {
    kind: 'exit',
    waitsFor: `its end with exit code ${String(exitCode)}`,
    wait: waitForever,
    acceptsExit: (code) => code === exitCode,
  };
}

/** The end of the container is watched for every probe already. */
async function waitForever({ signal }: ProbeContext): Promise<void> {
  await new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('over')), { once: true });
  });
}
