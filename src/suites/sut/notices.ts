import type { ComposeFile } from './compose-schema.ts';
import type { OldService, Service } from './service-schema.ts';
import { SUT } from './sut-plan.ts';

/** What a file says and nothing comes of here, in sentences. */
export function noticesOf(compose: ComposeFile, names: readonly string[]): readonly string[] {
  const idle = Object.keys(compose.services).filter((name) => !names.includes(name));
  return [
    ...(idle.length === 0
      ? []
      : [`not run, because \`${SUT}\` does not need it: ${idle.join(', ')}`]),
    ...names.flatMap((name) => {
      const service = compose.services[name];
      return service === undefined ? [] : noticesOfService(name, service);
    }),
  ];
}

type Rule = (service: Service & Partial<OldService>, name: string) => string | false;

const RULES: readonly Rule[] = [
  ({ ports }, name) =>
    ports.length > 0 &&
    `\`ports\` are not published on this machine: the other services reach \`${name}\` by its name`,
  ({ container_name }) =>
    container_name !== undefined &&
    `\`container_name\` is a name on the network only: the engine gets one that nobody else has`,
  ({ restart }, name) =>
    name === SUT && restart !== undefined && '`restart` is not done: its first end decides',
  ({ stop_grace_period }) =>
    stop_grace_period !== undefined &&
    '`stop_grace_period` is not waited for: when the tests are over, all that is left is ended',
  ({ logging, log_driver }) =>
    (logging !== undefined || log_driver !== undefined) &&
    'its log is read by Seatrial and goes nowhere else',
  ({ volumes }) =>
    volumes.some(({ unused }) => unused.length > 0) &&
    '`z` and `Z` are not done: mounts are not relabelled',
];

function noticesOfService(name: string, service: Service): readonly string[] {
  return RULES.flatMap((rule) => {
    const notice = rule(service, name);
    return notice === false ? [] : [`${name}: ${notice}`];
  });
}
