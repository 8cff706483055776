import { ApiRefusal } from './api-refusal.ts';
import {
  answerChanged,
  ask,
  bodyOf,
  changedQuery,
  forward,
  stream,
  type Handler,
} from './exchange.ts';
import { filtersIn, fitsName, renderFilters, splitFilters } from './filters.ts';
import { isObject, listIn, objectIn, textIn, type JsonObject } from './json-value.ts';
import { USER_LABEL, withoutOurs, type Session } from './session.ts';
import { findVolume } from './volume-names.ts';

export const listVolumes: Handler = async (exchange) => {
  const { session, query } = exchange;
  const { ours, theirs } = splitFilters(filtersIn(query), ['name']);
  const label = [...(theirs['label'] ?? []), `${USER_LABEL}=${session.id}`];
  const listed = await ask(exchange, {
    path: '/volumes',
    query: changedQuery(query, { filters: renderFilters({ ...theirs, label }) }),
  });
  if (listed.status !== 200) return answerChanged(exchange, listed, listed.value);
  const shown = listIn(objectIn(listed.value)['Volumes'])
    .filter(isObject)
    .map((value) => volumeView(value, session))
    .filter((value) => fitsName(ours['name'], [textIn(value['Name']).replace(session.prefix, '')]));
  answerChanged(exchange, listed, { ...objectIn(listed.value), Volumes: shown });
};

export function volumeView(value: JsonObject, session: Session): JsonObject {
  return { ...value, Labels: withoutOurs(value['Labels'], session) };
}

const volumeShape = {
  Name: true,
  Driver: true,
  DriverOpts: true,
  Labels: true,
  ClusterVolumeSpec: true,
} as const;

export const createVolume: Handler = async (exchange) => {
  const { session } = exchange;
  const body = await bodyOf(exchange, volumeShape);
  session.policy.check('volume', body);
  const name = textIn(body['Name']);
  const made = await ask(exchange, {
    path: '/volumes/create',
    body: JSON.stringify({
      ...body,
      Name: name === '' ? '' : `${session.prefix}${name}`,
      Labels: { ...objectIn(body['Labels']), ...session.labels },
    }),
    isKept: true,
  });
  const { value } = made;
  answerChanged(
    exchange,
    made,
    made.status === 201 && isObject(value) ? volumeView(value, session) : value,
  );
};

export const inspectVolume: Handler = async (exchange) => {
  const { session, ref } = exchange;
  const found = await ask(exchange, { path: `/volumes/${await nameOf(ref, session)}` });
  const { value } = found;
  answerChanged(
    exchange,
    found,
    found.status === 200 && isObject(value) ? volumeView(value, session) : value,
  );
};

export const removeVolume: Handler = async (exchange) => {
  const { session, ref } = exchange;
  await stream(
    exchange,
    await forward(exchange, { path: `/volumes/${await nameOf(ref, session)}` }),
  );
};

/** @throws {ApiRefusal} 404 in the engine's words */
async function nameOf(ref: string, session: Session): Promise<string> {
  const found = await findVolume(ref, session);
  if (found === undefined) throw new ApiRefusal(404, `get ${ref}: no such volume`);
  return encodeURIComponent(found);
}
