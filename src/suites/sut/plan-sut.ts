import { sortDiagnostics, type Diagnostic, type Problem } from '../../config/diagnostics.ts';
import type { SuitePlace } from '../contract.ts';
import { nameServices } from './name-services.ts';
import { noticesOf } from './notices.ts';
import { needsOf, orderServices } from './order-services.ts';
import { invalid, type ParsedComposeFile } from './parse-compose-file.ts';
import { environmentOfService } from './service-environment.ts';
import { imageOfService } from './service-image.ts';
import { mountsOfService } from './service-mounts.ts';
import type { Service } from './service-schema.ts';
import type { Variables } from './substitute.ts';
import { SUT, type ContainerWishes, type ServicePlan, type SutPlan } from './sut-plan.ts';

export interface SutSurroundings extends Pick<SuitePlace, 'projectFolder' | 'source'> {
  /** Relative to the project. */
  readonly file: string;
  readonly compose: ParsedComposeFile;
  /** Absolute folder of the Compose file. */
  readonly folder: string;
  readonly variables: Variables;
  /** The reference that the variables of the contract give to the image under test. */
  readonly testedReference: string;
}

export interface PlannedSut {
  readonly plan: SutPlan;
  /** What only Docker Compose does, in services that are run. */
  readonly beyond: readonly Diagnostic[];
  /** Absolute paths of the files of variables. */
  readonly envFiles: readonly string[];
}

/** @throws {SuiteError} SUT_INVALID with everything that is wrong, and where */
export async function planSut(around: SutSurroundings): Promise<PlannedSut> {
  const { compose, file } = around;
  const order = orderServices(compose);
  if (order.problems.length > 0) throw invalid(order.problems.map(compose.diagnose));
  const named = nameServices(compose, order.names);
  const found: Found = { problems: [...named.problems], diagnostics: [], beyond: [], envFiles: [] };
  const services: ServicePlan[] = [];
  for (const name of order.names) {
    const service = compose.services[name];
    if (service === undefined) continue;
    const planned = await planService(name, { ...around, service, found });
    services.push({ ...planned, networks: named.networks[name] ?? {}, needs: needsOf(service) });
  }
  const diagnostics = [...found.diagnostics, ...found.problems.map(compose.diagnose)];
  if (diagnostics.length > 0) throw invalid(diagnostics);
  return {
    plan: {
      file,
      services,
      networks: distinct(services.flatMap(({ networks }) => Object.keys(networks))),
      volumes: distinct(services.flatMap(({ mounts }) => mounts.flatMap(volumeOf))),
      notices: noticesOf(compose, order.names),
    },
    beyond: sortDiagnostics([...keysForCompose(compose, order.names), ...found.beyond]),
    envFiles: distinct(found.envFiles),
  };
}

function keysForCompose(
  { beyond, diagnose }: ParsedComposeFile,
  names: readonly string[],
): readonly Diagnostic[] {
  return beyond
    .filter(([top, name]) => top !== 'services' || names.includes(String(name)))
    .map((path) =>
      diagnose({ path, at: 'key', message: `\`${String(path.at(-1))}\` is for Docker Compose.` }),
    );
}

/** What turns up on the way. */
interface Found {
  readonly problems: Problem[];
  readonly diagnostics: Diagnostic[];
  readonly beyond: Diagnostic[];
  readonly envFiles: string[];
}

interface PlannedService extends SutSurroundings {
  readonly service: Service;
  readonly found: Found;
}

async function planService(
  name: string,
  around: PlannedService,
): Promise<Omit<ServicePlan, 'networks' | 'needs'>> {
  const { service, found, compose } = around;
  const environment = await environmentOfService(name, service, around);
  const mounts = await mountsOfService(name, service, around);
  const { image, problem, beyond } = imageOfService(name, around);
  found.diagnostics.push(...environment.diagnostics);
  found.envFiles.push(...environment.files);
  found.problems.push(...mounts.problems);
  if (problem !== undefined) found.problems.push(problem);
  if (beyond !== undefined) found.beyond.push(compose.diagnose(beyond));
  return {
    name,
    image,
    container: { ...wishesOf(name, service), env: environment.env, tmpfs: mounts.tmpfs },
    mounts: mounts.mounts,
  };
}

function wishesOf(name: string, service: Service): ContainerWishes {
  return {
    command: service.command,
    entrypoint: emptied(service.entrypoint),
    user: service.user,
    workingDir: service.working_dir,
    healthcheck: service.healthcheck,
    hostname: service.hostname,
    extraHosts: service.extra_hosts,
    capabilities: service.cap_add,
    droppedCapabilities: service.cap_drop,
    isReadOnly: service.read_only,
    stopSignal: service.stop_signal,
    init: service.init,
    tty: service.tty,
    openStdin: service.stdin_open,
    labels: Object.fromEntries(
      Object.entries(service.labels).map(([label, value]) => [label, value ?? '']),
    ),
    restart: name === SUT ? undefined : service.restart,
  };
}

/** The engine takes an empty list for "as in the image"; one empty word means none. */
function emptied(words: readonly string[] | undefined): readonly string[] | undefined {
  return words?.length === 0 ? [''] : words;
}

function volumeOf(mount: ServicePlan['mounts'][number]): readonly string[] {
  return mount.type === 'volume' && mount.source !== undefined ? [mount.source] : [];
}

function distinct(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}
