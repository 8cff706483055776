import { ApiRefusal } from './api-refusal.ts';
import { text } from 'node:stream/consumers';
import { bringBack, removeUnstarted } from './carried-binds.ts';
import { updateShape } from './container-shape.ts';
import { inspectedContainer } from './container-view.ts';
import {
  answerChanged,
  ask,
  bodyOf,
  changedQuery,
  containerOf,
  forward,
  passThrough,
  sendHead,
  stream,
  type Exchange,
  type Handler,
} from './exchange.ts';
import { isObject, objectIn, textIn } from './json-value.ts';
import { eachLine, presentLine } from './presentation.ts';
import { askEngine, messageIn, type Session } from './session.ts';
import type { OwnContainer } from './own-objects.ts';

export const inspectContainer: Handler = async (exchange) => {
  const container = containerOf(exchange);
  const found = await ask(exchange, { path: `/containers/${container.id}/json` });
  if (found.status === 404) forget(container, exchange.session);
  const { value } = found;
  const isFound = found.status === 200 && isObject(value);
  answerChanged(
    exchange,
    found,
    isFound ? inspectedContainer(value, container, exchange.session) : value,
  );
};

/** Ports are open before the container can be reached by them, and a conflict leaves it created. */
export const startContainer: Handler = async (exchange) => {
  const { session } = exchange;
  const container = containerOf(exchange);
  await session.ports.open(container);
  try {
    await session.carrier?.push(container.id);
    const answer = await forward(exchange, { path: `/containers/${container.id}/start` });
    await session.ports.settle(container);
    if ((answer.statusCode ?? 500) >= 400) await removeUnstarted(container, session);
    await stream(exchange, answer);
  } catch (error) {
    await removeUnstarted(container, session);
    throw error;
  }
};

/** Answers once the ports are as the container is: scripts run the next container at once. */
export function settling(action: string): Handler {
  return async (exchange) => {
    const container = containerOf(exchange);
    const answer = await forward(exchange, { path: `/containers/${container.id}/${action}` });
    await exchange.session.ports.settle(container);
    await bringBack(container, exchange.session);
    await stream(exchange, answer);
  };
}

/** The head is sent at once, since `docker run` waits for it before it starts the container. */
export const waitForContainer: Handler = async (exchange) => {
  const container = containerOf(exchange);
  const answer = await forward(exchange, { path: `/containers/${container.id}/wait` });
  if (answer.statusCode !== 200) return await stream(exchange, answer);
  sendHead(exchange, answer, true);
  const body = await text(answer);
  await exchange.session.ports.settle(container);
  await bringBack(container, exchange.session);
  exchange.response.end(body);
};

export const removeContainer: Handler = async (exchange) => {
  const { session } = exchange;
  const container = containerOf(exchange);
  await session.carrier?.pullLast(container.id);
  const answer = await forward(exchange, { path: `/containers/${container.id}` });
  const status = answer.statusCode ?? 500;
  if (status === 204 || status === 404) {
    forget(container, session);
    await session.ports.release(container.id);
  } else await session.ports.settle(container);
  await stream(exchange, answer);
};

export const renameContainer: Handler = async (exchange) => {
  const { session, query } = exchange;
  const container = containerOf(exchange);
  const name = (query.get('name') ?? '').replace(/^\//u, '');
  const answer = await ask(exchange, {
    path: `/containers/${container.id}/rename`,
    query: changedQuery(query, { name: name === '' ? '' : `${session.prefix}${name}` }),
  });
  if (answer.status === 204) session.objects.containers.add({ ...container, name });
  answerChanged(exchange, answer, answer.value);
};

/** Calls about one container whose answers need no change. */
export function passingContainer(action: string): Handler {
  return async (exchange) => {
    const { id } = containerOf(exchange);
    await passThrough(exchange, { path: `/containers/${id}/${action}` });
  };
}

/** Each line has the name in it. */
export const statsOfContainer: Handler = async (exchange) => {
  const { id } = containerOf(exchange);
  const answer = await forward(exchange, { path: `/containers/${id}/stats` });
  if (answer.statusCode !== 200) return await stream(exchange, answer);
  sendHead(exchange, answer, true);
  await eachLine(answer, (line) => writeLine(exchange, presentLine(line, exchange.session)));
  exchange.response.end();
};

/** Waits while the client does not read. */
export async function writeLine(
  { response }: Pick<Exchange, 'response'>,
  line: string | undefined,
): Promise<void> {
  if (line === undefined || response.destroyed) return;
  if (response.write(`${line}\n`)) return;
  await new Promise<void>((resolve) => {
    response.once('drain', resolve);
    response.once('close', resolve);
  });
}

export const updateContainer: Handler = async (exchange) => {
  const { id } = containerOf(exchange);
  const body = await bodyOf(exchange, updateShape);
  exchange.session.policy.check('update', { HostConfig: body });
  const answer = await ask(exchange, {
    path: `/containers/${id}/update`,
    body: JSON.stringify(body),
  });
  answerChanged(exchange, answer, answer.value);
};

function forget({ id }: OwnContainer, { objects, carrier }: Session): void {
  objects.containers.remove(id);
  carrier?.forget(id);
}

/**
 * Address of a container that runs, on whatever network of the session; absent when it does not run, or is gone.
 * @throws {ApiRefusal} 500 when the engine does not say: ports must not be closed for that
 */
export function addressOf(calls: Session['calls']): (id: string) => Promise<string | undefined> {
  return async (id) => {
    const found = await askEngine(calls, { path: `/containers/${id}/json` });
    if (found.status === 404) return undefined;
    if (found.status !== 200) throw new ApiRefusal(500, messageIn(found));
    if (objectIn(objectIn(found.value)['State'])['Running'] !== true) return undefined;
    const networks = objectIn(objectIn(objectIn(found.value)['NetworkSettings'])['Networks']);
    const addresses = Object.values(networks).map((each) => textIn(objectIn(each)['IPAddress']));
    return addresses.find((address) => address !== '');
  };
}
