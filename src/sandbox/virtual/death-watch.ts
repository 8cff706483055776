import { bringBack } from './carried-binds.ts';
import { objectIn, parsed, textIn } from './json-value.ts';
import { eachLine } from './presentation.ts';
import { filterQuery, ownLabel, OWN_VERSION, type Session } from './session.ts';

/**
 * Follows containers that end or start by themselves, so that their ports follow too. Ends with the signal, or with the
 * engine: then nothing can be followed any more.
 */
export async function watchDeaths(session: Session, signal: AbortSignal): Promise<void> {
  const filters = filterQuery({
    type: ['container'],
    event: ['die', 'start'],
    label: [ownLabel(session.id)],
  });
  try {
    const events = await session.calls.open({
      method: 'GET',
      path: `${OWN_VERSION}/events?filters=${filters}`,
      signal,
    });
    await eachLine(events, async (line) => {
      const id = textIn(objectIn(objectIn(parsed(line))['Actor'])['ID']);
      const container = session.objects.containers.byId(id);
      if (container === undefined) return;
      try {
        await session.ports.settle(container);
        await bringBack(container, session);
      } catch {
        // Of one container, which must not end the watch of the others: its own calls say the same.
      }
    });
  } catch {
    // The calls of the script itself will say what the engine says.
  }
}
