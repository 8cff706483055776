import { sendHead, forward, stream, type Handler } from './exchange.ts';
import { writeLine } from './container-calls.ts';
import { filtersIn, renderFilters, splitFilters, type Filters } from './filters.ts';
import { hasLabel } from './network-calls.ts';
import { objectIn, textIn, type JsonObject } from './json-value.ts';
import { eachLine, presentLine } from './presentation.ts';
import { SESSION_LABEL, USER_LABEL, withoutOurs, type Session } from './session.ts';
import { isAnonymous } from './volume-names.ts';

/**
 * What happens to objects of the session. Only type and event are asked of the engine: the events of networks and volumes
 * carry no labels, so that a filter by label would drop them.
 */
export const streamEvents: Handler = async (exchange) => {
  const { session, query } = exchange;
  const { ours: theirs, theirs: ours } = splitFilters(filtersIn(query), ['type', 'event']);
  const upstream = new URLSearchParams(query);
  upstream.set('filters', renderFilters(theirs));
  const events = await forward(exchange, { path: '/events', query: upstream });
  if (events.statusCode !== 200) return await stream(exchange, events);
  sendHead(exchange, events, true);
  await eachLine(events, async (line) => {
    const shown = presentLine(line, session, (value) => {
      const event = objectIn(value);
      return isOwnEvent(event, session) && isWanted(event, ours, session)
        ? eventView(event, session)
        : undefined;
    });
    await writeLine(exchange, shown);
  });
  exchange.response.end();
};

function attributesOf(event: JsonObject): JsonObject {
  return objectIn(objectIn(event['Actor'])['Attributes']);
}

function isOwnEvent(event: JsonObject, session: Session): boolean {
  const attributes = attributesOf(event);
  const id = textIn(objectIn(event['Actor'])['ID']);
  switch (event['Type']) {
    case 'container':
      return attributes[SESSION_LABEL] === session.id;
    case 'network':
      return textIn(attributes['name']).startsWith(session.prefix);
    case 'volume':
      return id.startsWith(session.prefix) || (isAnonymous(id) && isOwnMount(attributes, session));
    case 'image':
      return textIn(attributes['name']).startsWith(session.images.registry);
    default:
      return false;
  }
}

function isOwnMount(attributes: JsonObject, { objects }: Session): boolean {
  return objects.containers.byId(textIn(attributes['container'])) !== undefined;
}

function eventView(event: JsonObject, session: Session): JsonObject {
  const actor = objectIn(event['Actor']);
  const { [USER_LABEL]: _user, ...attributes } = withoutOurs(actor['Attributes'], session);
  const container = session.objects.containers.byId(textIn(actor['ID']));
  const image = container === undefined ? {} : { image: container.ask.image };
  return {
    ...event,
    ...(event['from'] === undefined || container === undefined
      ? {}
      : { from: container.ask.image }),
    Actor: { ...actor, Attributes: { ...attributes, ...image } },
  };
}

function isWanted(event: JsonObject, filters: Filters, session: Session): boolean {
  const attributes = attributesOf(event);
  const id = textIn(objectIn(event['Actor'])['ID']);
  const name = textIn(attributes['name']).replace(session.prefix, '');
  const { type } = { type: event['Type'] };
  return Object.entries(filters).every(([filter, values]) => {
    if (values.length === 0) return true;
    switch (filter) {
      case 'label':
        return values.every((value) => hasLabel(attributes, value));
      case 'container': {
        const owner = type === 'container' ? id : textIn(attributes['container']);
        return values.some((value) => isSame(value, owner, name));
      }
      case 'network':
        return type === 'network' && values.some((value) => isSame(value, id, name));
      case 'volume':
        return (
          type === 'volume' &&
          values.some((value) => isSame(value, id.replace(session.prefix, ''), ''))
        );
      case 'image':
        return values.some((value) =>
          [name, textIn(attributes['image'])].some(
            (each) => each === value || each.startsWith(`${value}:`),
          ),
        );
      default:
        return false;
    }
  });
}

function isSame(wanted: string, id: string, name: string): boolean {
  return wanted === name || wanted === id || (wanted.length >= 4 && id.startsWith(wanted));
}
