import { RE2JS } from 're2js';
import { ApiRefusal } from './api-refusal.ts';
import {
  answer,
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
import { writeLine } from './container-calls.ts';
import { filtersIn, renderFilters, splitFilters } from './filters.ts';
import { canonicalName } from './image-names.ts';
import { isObject, objectIn, textIn, textsIn, type JsonObject } from './json-value.ts';
import { eachLine, presentLine } from './presentation.ts';
import { askEngine, withoutOurs, type Session } from './session.ts';

export const listImages: Handler = async (exchange) => {
  const { session, query } = exchange;
  const { ours, theirs } = splitFilters(filtersIn(query), ['reference']);
  const resolved = Object.fromEntries(
    Object.entries(theirs).map(([name, values]) => [
      name,
      name === 'before' || name === 'since'
        ? values.map((value) => session.images.resolve(value))
        : values,
    ]),
  );
  const listed = await ask(exchange, {
    path: '/images/json',
    query: changedQuery(query, { filters: renderFilters(resolved), filter: undefined }),
  });
  if (!Array.isArray(listed.value)) return answerChanged(exchange, listed, listed.value);
  const shown = listed.value
    .filter(isObject)
    .flatMap((value) => imageView(value, session))
    .flatMap((value) => fitting(value, ours['reference']));
  answerChanged(exchange, listed, shown);
};

const UNTAGGED = '<none>:<none>';

/** An image as the script may see it; nothing when all its tags are others', or hidden. */
export function imageView(value: JsonObject, session: Session): readonly JsonObject[] {
  const { images } = session;
  const id = textIn(value['Id']);
  if (images.hiddenIds.has(id)) return [];
  const given = textsIn(value['RepoTags']).filter((tag) => tag !== UNTAGGED);
  const tags = images.shownTags(given);
  // Untagged ones are left over from builds: those of this session are its own affair, others are not.
  if (tags.length === 0 && !images.made.has(id)) return [];
  return [viewWith(value, tags, session)];
}

function viewWith(value: JsonObject, tags: readonly string[], session: Session): JsonObject {
  const isNull = value['RepoTags'] === null;
  const digests = textsIn(value['RepoDigests']).filter(
    (digest) => !/^seatrial-[0-9a-f]{8}\.local\//u.test(digest),
  );
  return {
    ...value,
    RepoTags: tags.length === 0 && isNull ? null : tags,
    RepoDigests: digests,
    ...(isObject(value['Labels']) ? { Labels: withoutOurs(value['Labels'], session) } : {}),
  };
}

/** `docker images NAME` shows the tags that fit, and only these. */
function fitting(
  value: JsonObject,
  patterns: readonly string[] | undefined,
): readonly JsonObject[] {
  if (patterns === undefined || patterns.length === 0) return [value];
  const tags = textsIn(value['RepoTags']).filter((tag) =>
    patterns.some((pattern) => fitsReference(tag, pattern)),
  );
  return tags.length === 0 ? [] : [{ ...value, RepoTags: tags }];
}

/** As Go's `path.Match`, with or without the tag. */
function fitsReference(tag: string, pattern: string): boolean {
  const escaped = canonicalPattern(pattern).replaceAll(/[.+^${}()|\\]/gu, String.raw`\$&`);
  const expression = RE2JS.compile(`^${escaped.replaceAll('*', '[^/]*').replaceAll('?', '[^/]')}$`);
  return expression.test(tag) || expression.test(tag.slice(0, tag.lastIndexOf(':')));
}

function canonicalPattern(pattern: string): string {
  return pattern.replace(/^docker\.io\/(?:library\/)?/u, '');
}

export const inspectImage: Handler = async (exchange) => {
  const { session } = exchange;
  const found = await ask(exchange, { path: `/images/${named(exchange)}/json` });
  const { value } = found;
  if (found.status !== 200 || !isObject(value)) return answerChanged(exchange, found, value);
  refuseUnseen(value, exchange);
  const tags = session.images.shownTags(textsIn(value['RepoTags']));
  const config = objectIn(value['Config']);
  answerChanged(exchange, found, {
    ...viewWith(value, tags, session),
    Config: {
      ...config,
      Labels: config['Labels'] === null ? null : withoutOurs(config['Labels'], session),
    },
  });
};

/**
 * The beginning of an id may be that of somebody else's image, which no list shows; whoever knows a whole id may use it.
 * @throws {ApiRefusal} 404 in the engine's words
 */
function refuseUnseen(image: JsonObject, { session, ref }: Exchange): void {
  const id = textIn(image['Id']);
  const isBeginning = isIdOf(ref, id) && ref.replace(/^sha256:/u, '').length < FULL_ID;
  if (isBeginning && imageView(image, session).length === 0) {
    throw new ApiRefusal(404, `No such image: ${ref}`);
  }
}

/** Hexadecimal digits. */
const FULL_ID = 64;

/** For the path of a call. @throws {ApiRefusal} 404 for what is hidden */
function named({ session, ref }: Pick<Exchange, 'session' | 'ref'>): string {
  return pathOf(session.images.resolve(ref));
}

function pathOf(image: string): string {
  return image.split('/').map(encodeURIComponent).join('/');
}

export const historyOfImage: Handler = async (exchange) => {
  const found = await ask(exchange, { path: `/images/${named(exchange)}/history` });
  const { session } = exchange;
  const shown = Array.isArray(found.value)
    ? found.value.filter(isObject).map((layer) => ({
        ...layer,
        Tags: layer['Tags'] === null ? null : session.images.shownTags(textsIn(layer['Tags'])),
      }))
    : found.value;
  answerChanged(exchange, found, shown);
};

/** `repo` and `tag` of a query, as one name; absent without `repo`. */
function wantedTag(query: URLSearchParams): string | undefined {
  const repo = query.get('repo') ?? '';
  if (repo === '') return undefined;
  const tag = query.get('tag') ?? '';
  return canonicalName(tag === '' ? repo : `${repo}:${tag}`);
}

/** The same tag in the session's own registry, for a query. */
function ownTag(query: URLSearchParams, session: Session): URLSearchParams {
  const wanted = wantedTag(query);
  if (wanted === undefined) return query;
  const own = session.images.own(wanted);
  const colon = own.lastIndexOf(':');
  return changedQuery(query, { repo: own.slice(0, colon), tag: own.slice(colon + 1) });
}

export const tagImage: Handler = async (exchange) => {
  const { session, query } = exchange;
  const wanted = wantedTag(query);
  if (wanted === undefined)
    throw new ApiRefusal(400, 'repository name must have at least one component');
  const tagged = await ask(exchange, {
    path: `/images/${named(exchange)}/tag`,
    query: ownTag(query, session),
  });
  if (tagged.status === 201) session.images.add(wanted);
  answerChanged(exchange, tagged, tagged.value);
};

export const commitContainer: Handler = async (exchange) => {
  const { session, query } = exchange;
  const { id } = containerOf(exchange, query.get('container') ?? '');
  const wanted = wantedTag(query);
  const body = await bodyOf(exchange, {});
  const committed = await ask(exchange, {
    path: '/commit',
    query: changedQuery(ownTag(query, session), { container: id }),
    body: JSON.stringify(body),
  });
  if (committed.status === 201) {
    session.images.made.add(textIn(objectIn(committed.value)['Id']));
    if (wanted !== undefined) session.images.add(wanted);
  }
  answerChanged(exchange, committed, committed.value);
};

/** A tag of the session is removed; an image that was made here too; anything else is only hidden. */
export const removeImage: Handler = async (exchange) => {
  const { session, ref, query } = exchange;
  const { images } = session;
  const found = await askEngine(session.calls, { path: `/images/${named(exchange)}/json` });
  if (found.status !== 200) throw new ApiRefusal(404, `No such image: ${canonicalName(ref)}`);
  const image = objectIn(found.value);
  const id = textIn(image['Id']);
  if (images.has(ref)) {
    const removed = await ask(exchange, {
      path: `/images/${pathOf(images.own(canonicalName(ref)))}`,
    });
    if (removed.status === 200) images.remove(ref);
    return answerChanged(exchange, removed, removed.value);
  }
  const isId = isIdOf(ref, id);
  if (isId && images.made.has(id)) return await removeMade(exchange, image);
  const tags = isId ? images.shownTags(textsIn(image['RepoTags'])) : [canonicalName(ref)];
  if (isId && tags.length > 1 && query.get('force') !== '1') {
    throw new ApiRefusal(
      409,
      `conflict: unable to delete ${ref} (must be forced) - image is referenced in multiple repositories`,
    );
  }
  for (const tag of tags) await removeOrHide(tag, session);
  if (isId) images.hiddenIds.add(id);
  answer(
    exchange,
    200,
    tags.map((tag) => ({ Untagged: tag })),
  );
};

async function removeOrHide(tag: string, { images, calls }: Session): Promise<void> {
  if (!images.has(tag)) return images.hide(tag);
  await askEngine(calls, { method: 'DELETE', path: `/images/${pathOf(images.own(tag))}` });
  images.remove(tag);
}

/** Only our own tags of it, and without force: it may be the base of somebody else's image by now. */
async function removeMade(exchange: Exchange, image: JsonObject): Promise<void> {
  const { session } = exchange;
  const { images } = session;
  const id = textIn(image['Id']);
  const own = images.shownTags(
    textsIn(image['RepoTags']).filter((tag) => tag.startsWith(images.registry)),
  );
  for (const tag of own) await removeOrHide(tag, session);
  const removed = await askEngine(session.calls, { method: 'DELETE', path: `/images/${id}` });
  const deleted = removed.status === 200 ? removed.value : [];
  images.made.delete(id);
  images.hiddenIds.add(id);
  answer(exchange, 200, [
    ...own.map((tag) => ({ Untagged: tag })),
    ...(Array.isArray(deleted)
      ? deleted.filter(isObject).filter(({ Deleted }) => Deleted !== undefined)
      : []),
  ]);
}

function isIdOf(ref: string, id: string): boolean {
  const bare = ref.replace(/^sha256:/u, '');
  return /^[0-9a-f]+$/u.test(bare) && id.startsWith(`sha256:${bare}`);
}

/** A pull goes into the images that everybody shares; an import is a tag of the session. */
export const pullImage: Handler = async (exchange) => {
  const { session, query } = exchange;
  if ((query.get('fromSrc') ?? '') !== '') return await importImage(exchange);
  const from = query.get('fromImage') ?? '';
  const tag = query.get('tag') ?? '';
  const name = canonicalName(
    tag === '' ? from : `${from}${tag.startsWith('sha256:') ? '@' : ':'}${tag}`,
  );
  if (name.startsWith('seatrial-')) throw new ApiRefusal(404, `No such image: ${name}`);
  const pulled = await forward(exchange, { path: '/images/create' });
  if (pulled.statusCode === 200) {
    session.images.unhide(name);
    session.images.remove(name);
  }
  await stream(exchange, pulled);
};

async function importImage(exchange: Exchange): Promise<void> {
  const { session, query } = exchange;
  const wanted = wantedTag(query);
  const imported = await forward(exchange, {
    path: '/images/create',
    query: ownTag(query, session),
  });
  if (imported.statusCode !== 200) return await stream(exchange, imported);
  if (wanted !== undefined) session.images.add(wanted);
  sendHead(exchange, imported, true);
  await eachLine(imported, async (line) => {
    const id = /sha256:[0-9a-f]{64}/u.exec(line)?.[0];
    if (id !== undefined) session.images.made.add(id);
    await writeLine(exchange, presentLine(line, session));
  });
  exchange.response.end();
}

export const pushImage: Handler = async (exchange) => {
  exchange.session.policy.deny('push', `pushing ${exchange.ref}`);
  await Promise.resolve();
};

export const passDistribution: Handler = async (exchange) => {
  await passThrough(exchange, { path: `/distribution/${pathOf(exchange.ref)}/json` });
};
