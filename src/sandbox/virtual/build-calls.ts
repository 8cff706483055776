import type { Readable } from 'node:stream';
import { DockerfileError } from '../../dockerfile/errors.ts';
import { parseDockerfile } from '../../dockerfile/parse.ts';
import { pinBases } from '../../dockerfile/pin-bases.ts';
import { resolveDockerfile } from '../../dockerfile/resolve.ts';
import { defaultNetwork } from './default-network.ts';
import { writeLine } from './container-calls.ts';
import {
  changedQuery,
  forward,
  sendHead,
  stream,
  type Exchange,
  type Handler,
} from './exchange.ts';
import { rewrittenTar } from './image-archives.ts';
import { canonicalName } from './image-names.ts';
import { isObject, objectIn, parsed, textIn, textsIn } from './json-value.ts';
import { eachLine, presentLine } from './presentation.ts';
import { askEngine, type Session } from './session.ts';

/** Builds with the tags of the session for what it is called, and for what it is made from. */
export const buildImage: Handler = async (exchange) => {
  const { session, query } = exchange;
  session.policy.check('build', { query: Object.fromEntries(query) });
  const isBuildKit = query.get('version') === '2';
  if (isBuildKit) await withRealTags(session, async () => await build(exchange, true));
  else await build(exchange, false);
};

async function build(exchange: Exchange, isBuildKit: boolean): Promise<void> {
  const { session, query } = exchange;
  const wanted = query
    .getAll('t')
    .filter((tag) => tag !== '')
    .map(canonicalName);
  const own = changedQuery(query, { t: undefined });
  for (const tag of wanted) own.append('t', session.images.own(tag));
  if (query.has('cachefrom'))
    own.set('cachefrom', ownCaches(query.get('cachefrom') ?? '', session));
  if (!isBuildKit) {
    // Containers of steps carry no labels: a build that fails must not leave them behind.
    own.set('forcerm', '1');
    own.set('networkmode', await networkFor(query.get('networkmode') ?? '', session));
  }
  const built = await forward(exchange, {
    path: '/build',
    query: own,
    body: isBuildKit ? undefined : await contextOf(exchange),
  });
  if (built.statusCode !== 200) return await stream(exchange, built);
  sendHead(exchange, built, true);
  let id: string | undefined;
  let hasFailed = false;
  await eachLine(built, async (line) => {
    const value = parsed(line);
    id = imageIdIn(value) ?? id;
    hasFailed ||= isObject(value) && value['error'] !== undefined;
    await writeLine(exchange, presentLine(line, session));
  });
  if (id !== undefined) session.images.made.add(id);
  if (!hasFailed) for (const tag of wanted) session.images.add(tag);
  exchange.response.end();
}

/** `{"aux":{"ID":…}}` of both builders, also under the id `moby.image.id`. */
function imageIdIn(line: unknown): string | undefined {
  const id = textIn(objectIn(objectIn(line)['aux'])['ID']);
  return id.startsWith('sha256:') ? id : undefined;
}

/** Steps run in the session's own network, as its containers do. */
async function networkFor(mode: string, session: Session): Promise<string> {
  if (mode === '' || mode === 'default' || mode === 'bridge') {
    return (await defaultNetwork(session)).id;
  }
  return session.objects.networks.find(mode)?.id ?? mode;
}

function ownCaches(text: string, { images }: Session): string {
  const value = parsed(text);
  if (!Array.isArray(value)) return text;
  return JSON.stringify(textsIn(value).map((name) => (images.has(name) ? images.own(name) : name)));
}

/**
 * The context with the session's own tags in its Dockerfile: the engine would take the real ones. Absent when the session
 * has no tags, and the context passes as it is.
 */
async function contextOf(exchange: Exchange): Promise<Readable | undefined> {
  const { session, query, request } = exchange;
  if (session.images.all().length === 0 || (query.get('remote') ?? '') !== '') return undefined;
  const dockerfile = (query.get('dockerfile') || 'Dockerfile').replace(/^\.?\//u, '');
  return await rewrittenTar(request, (name) =>
    name === dockerfile ? (contents) => ownBases(contents, query, session) : undefined,
  );
}

function ownBases(contents: string, query: URLSearchParams, { images }: Session): string {
  try {
    const { uses } = resolveDockerfile({
      parsed: parseDockerfile(contents),
      args: textMap(parsed(query.get('buildargs') ?? '{}')),
      target: query.get('target') || undefined,
      // Only for the variables of the platform, which no tag of a script depends on.
      platform: { os: 'linux', architecture: 'amd64' },
    });
    const pins = uses.flatMap(({ range, reference }) =>
      images.has(reference) ? [{ range, reference: images.own(canonicalName(reference)) }] : [],
    );
    return pinBases(contents, pins);
  } catch (error) {
    // What we cannot read the engine refuses in its own words.
    if (error instanceof DockerfileError) return contents;
    throw error;
  }
}

function textMap(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(objectIn(value)).flatMap(([name, each]) =>
      typeof each === 'string' ? [[name, each]] : [],
    ),
  );
}

/** Builds of a session that BuildKit is at, and the real tags that were made for them. */
const kits = new WeakMap<Session, { running: number; adopted: Set<string> }>();

/**
 * BuildKit gets its Dockerfile within a stream of its own, where nothing can be rewritten: tags of the session that are
 * nobody else's get a real tag for as long as it builds.
 */
async function withRealTags(session: Session, work: () => Promise<void>): Promise<void> {
  const kit = kits.get(session) ?? { running: 0, adopted: new Set<string>() };
  kits.set(session, kit);
  kit.running += 1;
  try {
    for (const tag of session.images.all()) if (await adopt(tag, session)) kit.adopted.add(tag);
    await work();
  } finally {
    kit.running -= 1;
    if (kit.running === 0) {
      for (const tag of kit.adopted) {
        await askEngine(session.calls, { method: 'DELETE', path: `/images/${pathOf(tag)}` });
      }
      kit.adopted.clear();
    }
  }
}

async function adopt(tag: string, { images, calls }: Session): Promise<boolean> {
  const real = await askEngine(calls, { path: `/images/${pathOf(tag)}/json` });
  if (real.status !== 404) return false;
  const colon = tag.lastIndexOf(':');
  const query = new URLSearchParams({ repo: tag.slice(0, colon), tag: tag.slice(colon + 1) });
  const path = `/images/${pathOf(images.own(tag))}/tag?${query.toString()}`;
  return (await askEngine(calls, { method: 'POST', path })).status === 201;
}

function pathOf(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/');
}
