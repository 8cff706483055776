import { renderDuration } from '../report/duration.ts';
import type { Isolation } from '../sandbox/namespace/place.ts';
import type { Leftovers, VirtualEngine } from '../sandbox/virtual/contract.ts';

export interface SandboxRun {
  readonly exitCode: number;
  readonly durationMs: number;
  readonly isolation: Isolation;
  /** How connections came to published ports; absent when there was none. */
  readonly ports?: 'direct' | 'tunnel' | undefined;
  readonly calls: ReturnType<VirtualEngine['summary']>;
  /** Removed by now. */
  readonly left: Leftovers;
}

const PLACES = { ns: 'in namespaces of its own', host: 'on this machine' } as const;

const WAYS = {
  direct: 'published ports: containers were reached directly',
  tunnel:
    'published ports: through a tunnel, because the containers of this engine cannot be reached from here',
} as const;

/** Text for people, or one line with a JSON object of schema `seatrial.sandbox/1`. */
export function renderSandboxRun(run: SandboxRun, format: 'text' | 'json'): string {
  if (format === 'json') return `${JSON.stringify({ schema: 'seatrial.sandbox/1', ...run })}\n`;
  const { calls, left } = run;
  const lines = [
    `exit code ${String(run.exitCode)} after ${renderDuration(run.durationMs)}, ${PLACES[run.isolation]}`,
    `${count(calls.calls, 'call')} of the engine: ${renderDuration(calls.engineMs)} in them, ${renderDuration(calls.idleMs)} between them`,
    ...(run.ports === undefined ? [] : [WAYS[run.ports]]),
    ...calls.waits.map(
      ({ port, dialMs }) =>
        `port ${port} was asked ${renderDuration(dialMs)} before its container listened: the script relies on a pause`,
    ),
    ...calls.denied.map(({ rule, method, path }) => `denied by ${rule}: ${method} ${path}`),
    ...leftLines(left),
  ];
  return lines.map((line) => `seatrial: ${line}\n`).join('');
}

function leftLines({ containers, networks, volumes }: Leftovers): readonly string[] {
  const all = [
    ...containers.map((name) => `container ${name}`),
    ...networks.map((name) => `network ${name}`),
    ...volumes.map((name) => `volume ${name}`),
  ];
  return all.length === 0 ? [] : [`left behind, and removed: ${all.join(', ')}`];
}

function count(number: number, noun: string): string {
  return `${String(number)} ${noun}${number === 1 ? '' : 's'}`;
}
