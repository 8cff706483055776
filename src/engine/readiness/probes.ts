import type { Ready } from '../../config/schema.ts';
import type { ImageRecord } from '../contract.ts';
import type { Probe, ReadyKind } from './contract.ts';
import { exitProbe } from './exit-probe.ts';
import { healthProbe } from './health-probe.ts';
import { httpProbe } from './http-probe.ts';
import { logProbe } from './log-probe.ts';
import { portProbe } from './port-probe.ts';
import { quietProbe } from './quiet-probe.ts';

/** When a kind of probe is used. Absent: it is not. */
interface ProbeRule {
  /** By what the person wrote. */
  fromSettings(ready: Ready, image: ImageRecord): Probe | undefined;
  /** By what the image says about itself. */
  fromImage(image: ImageRecord): Probe | undefined;
}

const never = (): undefined => undefined;

/** All kinds, in the order in which an image without settings is looked at: the first that applies is used. */
export const probeRules: Readonly<Record<ReadyKind, ProbeRule>> = {
  health: {
    fromSettings: (ready) => (ready.health === true ? healthProbe() : undefined),
    fromImage: (image) => (hasHealthcheck(image) ? healthProbe() : undefined),
  },
  log: {
    fromSettings: (ready) => (ready.log === undefined ? undefined : logProbe(ready.log)),
    fromImage: never,
  },
  port: {
    fromSettings: (ready) => (ready.port === undefined ? undefined : portProbe([ready.port])),
    fromImage: (image) => {
      const ports = exposedTcpPorts(image);
      return ports.length === 0 ? undefined : portProbe(ports);
    },
  },
  http: {
    fromSettings: (ready, image) =>
      ready.http === undefined
        ? undefined
        : httpProbe({
            target: ready.http,
            defaultPort: ready.port ?? exposedTcpPorts(image)[0],
            status: ready.status,
          }),
    fromImage: never,
  },
  exit: {
    fromSettings: (ready) => (ready.exit === undefined ? undefined : exitProbe(ready.exit)),
    fromImage: never,
  },
  quiet: { fromSettings: never, fromImage: () => quietProbe() },
};

/**
 * What to wait for: what the settings name; without that, the first thing that the image says.
 * @throws {EngineError} READY_SETTING_INVALID when a setting cannot be understood.
 */
export function selectProbe(ready: Ready | undefined, image: ImageRecord): Probe {
  const rules = Object.values(probeRules);
  for (const rule of rules) {
    const probe = ready && rule.fromSettings(ready, image);
    if (probe !== undefined) return probe;
  }
  for (const rule of rules) {
    const probe = rule.fromImage(image);
    if (probe !== undefined) return probe;
  }
  return quietProbe();
}

/** TCP ports of EXPOSE, lowest first. */
export function exposedTcpPorts(image: ImageRecord): readonly number[] {
  return image.config.exposedPorts
    .flatMap((text) => {
      const match = /^(\d+)(?:\/tcp)?$/u.exec(text);
      return match?.[1] === undefined ? [] : [Number(match[1])];
    })
    .sort((a, b) => a - b);
}

function hasHealthcheck({ config }: ImageRecord): boolean {
  return config.healthcheck !== undefined && config.healthcheck.test[0] !== 'NONE';
}
