import { answerChanged, ask, changedQuery, type Exchange, type Handler } from './exchange.ts';
import { filtersIn, fitsName, renderFilters, splitFilters, type Filters } from './filters.ts';
import { isObject, listIn, textIn, type JsonObject } from './json-value.ts';
import { listedContainer, namesIn } from './container-view.ts';
import { USER_LABEL, type Session } from './session.ts';
import { ownVolumeName } from './volume-names.ts';

/** Judged by us, on what the script sees; the engine has other names and no published ports. */
const OURS = ['name', 'publish'];

export const listContainers: Handler = async (exchange) => {
  const { session, query } = exchange;
  const { ours, theirs } = splitFilters(filtersIn(query), OURS);
  const isOurs = Object.keys(ours).length > 0;
  const limit = Number(query.get('limit') ?? 0);
  const label = `${USER_LABEL}=${session.id}`;
  const filters = {
    ...(await resolvedFilters(theirs, session)),
    label: [...(theirs['label'] ?? []), label],
  };
  const listed = await ask(exchange, {
    path: '/containers/json',
    query: changedQuery(query, {
      filters: renderFilters(filters),
      ...(isOurs && limit > 0 ? { limit: undefined, all: '1' } : {}),
    }),
  });
  if (!Array.isArray(listed.value)) return answerChanged(exchange, listed, listed.value);
  const shown = listed.value
    .filter(isObject)
    .flatMap((value) => viewOf(value, exchange))
    .filter((value) => isWanted(value, ours, session));
  answerChanged(exchange, listed, isOurs && limit > 0 ? shown.slice(0, limit) : shown);
};

function viewOf(value: JsonObject, { session }: Exchange): readonly JsonObject[] {
  const container = session.objects.containers.byId(textIn(value['Id']));
  return container === undefined ? [] : [listedContainer(value, container, session)];
}

function isWanted(value: JsonObject, ours: Filters, session: Session): boolean {
  if (!fitsName(ours['name'], namesIn(value, session))) return false;
  const wanted = ours['publish'];
  if (wanted === undefined) return true;
  return listIn(value['Ports'])
    .filter(isObject)
    .some(({ PublicPort, Type }) =>
      wanted.some(
        (each) => each === String(PublicPort) || each === `${String(PublicPort)}/${textIn(Type)}`,
      ),
    );
}

/** Values that name objects, in the engine's terms. What the session has not, nothing has. */
async function resolvedFilters(filters: Filters, session: Session): Promise<Filters> {
  const { containers, networks } = session.objects;
  const idOf = (ref: string): string => containers.find(ref)?.id ?? ref;
  const resolved: Record<string, readonly string[]> = { ...filters };
  for (const name of ['before', 'since']) {
    const values = filters[name];
    if (values !== undefined) resolved[name] = values.map(idOf);
  }
  if (filters['network'] !== undefined) {
    resolved['network'] = filters['network'].map((each) => networks.find(each)?.id ?? each);
  }
  if (filters['volume'] !== undefined) {
    resolved['volume'] = await Promise.all(
      filters['volume'].map(async (each) =>
        each.startsWith('/') ? each : await ownVolumeName(each, session),
      ),
    );
  }
  if (filters['ancestor'] !== undefined) {
    resolved['ancestor'] = filters['ancestor'].map((each) =>
      session.images.has(each) ? session.images.own(each) : each,
    );
  }
  return resolved;
}
