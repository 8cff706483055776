import { sendHttp, type HttpResult } from '../http-request.ts';
import { parseHttpTarget } from '../http-target.ts';
import { findAddress } from '../route.ts';
import { askUntil } from './backoff.ts';
import type { Probe } from './contract.ts';

export interface HttpProbeSettings {
  /** `[METHOD] [PORT]/path`. */
  readonly target: string;
  readonly defaultPort: number | undefined;
  /** Absent: any below 500. */
  readonly status: number | undefined;
}

/** For one try: a server that accepts before it can answer is asked again. */
const TRY_MS = 5000;
const SERVER_ERROR = 500;

/** @throws {EngineError} READY_SETTING_INVALID when the target cannot be read. */
export function httpProbe(settings: HttpProbeSettings): Probe {
  const target = parseHttpTarget(settings.target, settings.defaultPort);
  const { method, path, port } = target;
  const wanted = settings.status === undefined ? 'a status below 500' : String(settings.status);
  const isWanted = (status: number): boolean =>
    settings.status === undefined ? status < SERVER_ERROR : status === settings.status;
  return {
    kind: 'http',
    waitsFor: `${method} ${path} on port ${String(port)} to answer with ${wanted}`,
    wait: async (context) => {
      const state = await context.engine.containers.inspect(context.containerId);
      const address = state && findAddress(context.engine, state, port);
      await askUntil(context, async () => {
        if (address === undefined) return false;
        const result = await sendHttp({
          address,
          method,
          path,
          timeoutMs: TRY_MS,
          signal: context.signal,
        });
        context.saw(describe(result));
        return result.state === 'answered' && isWanted(result.status);
      });
    },
  };
}

function describe(result: HttpResult): string {
  if (result.state === 'answered') return `it answered with ${String(result.status)}`;
  return `the request failed: ${result.reason}`;
}
