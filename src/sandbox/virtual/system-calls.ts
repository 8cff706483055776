import { ApiRefusal } from './api-refusal.ts';
import { listedContainer } from './container-view.ts';
import { answer, answerChanged, ask, passThrough, type Handler } from './exchange.ts';
import { imageView } from './image-calls.ts';
import { isObject, listIn, objectIn, textIn } from './json-value.ts';
import { askEngine, filterQuery, SESSION_LABEL, USER_LABEL, type Session } from './session.ts';
import { volumeView } from './volume-calls.ts';

/** The headers of these answers steer the command line: they pass as they are. */
export const ping: Handler = async (exchange) => {
  await passThrough(exchange, { path: '/_ping' });
};

export const version: Handler = async (exchange) => {
  await passThrough(exchange, { path: '/version' });
};

export const info: Handler = async (exchange) => {
  const { session } = exchange;
  const [found, states] = await Promise.all([ask(exchange, { path: '/info' }), ownStates(session)]);
  if (!isObject(found.value)) return answerChanged(exchange, found, found.value);
  const count = (state: string): number => states.filter((each) => each === state).length;
  answerChanged(exchange, found, {
    ...found.value,
    Name: `sandbox-${session.id}`,
    Containers: states.length,
    ContainersRunning: count('running'),
    ContainersPaused: count('paused'),
    ContainersStopped: states.length - count('running') - count('paused'),
  });
};

async function ownStates(session: Session): Promise<readonly string[]> {
  const filters = filterQuery({ label: [`${USER_LABEL}=${session.id}`] });
  const listed = await askEngine(session.calls, {
    path: `/containers/json?all=1&filters=${filters}`,
  });
  return listIn(listed.value).map((each) => textIn(objectIn(each)['State']));
}

export const diskUsage: Handler = async (exchange) => {
  const { session } = exchange;
  const found = await ask(exchange, { path: '/system/df' });
  const { value } = found;
  if (found.status !== 200 || !isObject(value)) return answerChanged(exchange, found, value);
  answerChanged(exchange, found, {
    ...value,
    Containers: listIn(value['Containers'])
      .filter(isObject)
      .flatMap((each) => {
        const container = session.objects.containers.byId(textIn(each['Id']));
        return container === undefined ? [] : [listedContainer(each, container, session)];
      }),
    Images: listIn(value['Images'])
      .filter(isObject)
      .flatMap((each) => imageView(each, session)),
    Volumes: listIn(value['Volumes'])
      .filter(isObject)
      .filter((each) => objectIn(each['Labels'])[SESSION_LABEL] === session.id)
      .map((each) => volumeView(each, session)),
    BuildCache: [],
  });
};

/** As an engine that is in no swarm answers; a change of that is refused. */
export const swarm: Handler = async (exchange) => {
  if (exchange.method !== 'GET') exchange.session.policy.deny('swarm', exchange.method);
  await Promise.resolve();
  throw new ApiRefusal(
    503,
    'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.',
  );
};

export const listPlugins: Handler = async (exchange) => {
  answer(exchange, 200, []);
  await Promise.resolve();
};

/** Anything but 404 makes `docker inspect NAME` print the wrong error. */
export const plugin: Handler = async (exchange) => {
  if (exchange.method !== 'GET') exchange.session.policy.deny('plugin', 'plugin');
  await Promise.resolve();
  throw new ApiRefusal(404, `plugin "${exchange.ref}" not found`);
};

export const login: Handler = async (exchange) => {
  await passThrough(exchange, { path: '/auth' });
};
