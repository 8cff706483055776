import { inventedName } from './container-names.ts';
import { createShape } from './container-shape.ts';
import { ownVolumesFrom, planNetworks, sharedMode } from './container-networks.ts';
import { planMounts } from './container-mounts.ts';
import { ApiRefusal } from './api-refusal.ts';
import { answerChanged, ask, bodyOf, changedQuery, type Handler } from './exchange.ts';
import { objectIn, textIn, textsIn, type JsonObject } from './json-value.ts';
import type { ContainerAsk } from './own-objects.ts';
import { askEngine, type Session } from './session.ts';

interface ImageFacts {
  readonly volumes: readonly string[];
  readonly ports: readonly string[];
}

/** Asks the engine for a container that is the session's own in all it touches. */
export const createContainer: Handler = async (exchange) => {
  const { session, query } = exchange;
  const body = await bodyOf(exchange, createShape);
  const host = objectIn(body['HostConfig']);
  session.policy.check('create', body);
  const name = (query.get('name') ?? '').replace(/^\//u, '') || inventedName();
  const image = session.images.resolve(textIn(body['Image']));
  const facts = await imageFacts(image, session);
  const asked = askOf(body, facts);
  refuseUdp(asked, session);
  const { binds, mounts, carried } = await planMounts(body, facts.volumes, session);
  const { networkMode, endpoints } = await planNetworks(body, name, session);
  const sent: JsonObject = {
    ...body,
    Image: image,
    Labels: { ...objectIn(body['Labels']), ...session.labels },
    ExposedPorts: { ...objectIn(body['ExposedPorts']), ...emptyEach(asked.exposedByUs) },
    // Beside the volumes of another container anonymous ones cannot be named: there they go without labels.
    Volumes: textsIn(host['VolumesFrom']).length === 0 ? {} : body['Volumes'],
    HostConfig: {
      ...host,
      Binds: binds,
      Mounts: mounts,
      NetworkMode: networkMode,
      PortBindings: {},
      PublishAllPorts: false,
      Links: [],
      // The engine would remove it before its files are back.
      AutoRemove: carried.length === 0 ? host['AutoRemove'] : false,
      VolumesFrom: textsIn(host['VolumesFrom']).map((each) => ownVolumesFrom(each, session)),
      ...sharedModes(host, session),
    },
    NetworkingConfig: { EndpointsConfig: endpoints },
  };
  const made = await ask(exchange, {
    path: '/containers/create',
    query: changedQuery(query, { name: `${session.prefix}${name}` }),
    body: JSON.stringify(sent),
    isKept: true,
  });
  if (made.status === 201) {
    const id = textIn(objectIn(made.value)['Id']);
    exchange.notes.container = id;
    session.objects.containers.add({ id, name, ask: asked });
    if (carried.length > 0) {
      session.carrier?.made(id, carried);
      if (host['AutoRemove'] === true) session.removedAtEnd.add(id);
    }
  }
  answerChanged(exchange, withoutPull(made), made.value);
};

function sharedModes(host: JsonObject, session: Session): JsonObject {
  return Object.fromEntries(
    ['PidMode', 'IpcMode'].flatMap((member) => {
      const mode = host[member];
      return typeof mode === 'string' ? [[member, sharedMode(mode, session)]] : [];
    }),
  );
}

/** A missing image is the only 404 here: at any other the client would pull, and ask once more. */
function withoutPull<Answer extends { readonly status: number; readonly value: unknown }>(
  answer: Answer,
): Answer {
  const message = textIn(objectIn(answer.value)['message']);
  if (answer.status !== 404 || /No such image/iu.test(message)) return answer;
  return { ...answer, status: 400 };
}

/** What the image adds to a request; nothing when the engine has no such image, and will say so itself. */
async function imageFacts(image: string, session: Session): Promise<ImageFacts> {
  if (image === '') return { volumes: [], ports: [] };
  const found = await askEngine(session.calls, {
    path: `/images/${encodeURIComponent(image)}/json`,
  });
  const config = objectIn(objectIn(found.value)['Config']);
  return {
    volumes: Object.keys(objectIn(config['Volumes'])),
    ports: Object.keys(objectIn(config['ExposedPorts'])),
  };
}

function askOf(body: JsonObject, facts: ImageFacts): ContainerAsk {
  const host = objectIn(body['HostConfig']);
  const portBindings = objectIn(host['PortBindings']);
  const published = Object.keys(portBindings).map((port) =>
    port.includes('/') ? port : `${port}/tcp`,
  );
  const exposed = [...new Set([...Object.keys(objectIn(body['ExposedPorts'])), ...facts.ports])];
  return {
    image: textIn(body['Image']),
    networkMode: textIn(host['NetworkMode']) || 'default',
    portBindings,
    isPublishAll: host['PublishAllPorts'] === true,
    binds: host['Binds'],
    mounts: host['Mounts'],
    links: host['Links'],
    volumes: body['Volumes'],
    volumesFrom: host['VolumesFrom'],
    pidMode: host['PidMode'],
    ipcMode: host['IpcMode'],
    exposed,
    exposedByUs: published.filter((port) => !exposed.includes(port)),
  };
}

function refuseUdp({ portBindings }: ContainerAsk, session: Session): void {
  const other = Object.keys(portBindings).find((port) => /\/(?!tcp$)/u.test(port));
  if (other !== undefined) session.policy.deny('port.udp', `publishing ${other}`);
  const isStrange = Object.keys(portBindings).some((port) => !/^\d+(?:\/\w+)?$/u.test(port));
  if (isStrange) throw new ApiRefusal(400, 'invalid port specification');
}

function emptyEach(names: readonly string[]): JsonObject {
  return Object.fromEntries(names.map((name) => [name, {}]));
}
