import { objectIn } from './json-value.ts';
import type { OwnContainer } from './own-objects.ts';
import { askEngine, type Session } from './session.ts';

/** Once a container may have ended: its files come back, and it goes if that was asked for. */
export async function bringBack({ id }: OwnContainer, session: Session): Promise<void> {
  const isHere = (await session.carrier?.pull(id)) ?? true;
  // One that ran a moment ago may have ended by now: its files are not here yet.
  if (!isHere || !session.removedAtEnd.has(id)) return;
  const found = await askEngine(session.calls, { path: `/containers/${id}/json` });
  const state = objectIn(objectIn(found.value)['State']);
  if (found.status === 200 && state['Status'] !== 'exited' && state['Status'] !== 'dead') return;
  await remove(id, session);
}

/** With `--rm` one that could not be started goes as well: the client waits for that. */
export async function removeUnstarted({ id }: OwnContainer, session: Session): Promise<void> {
  await remove(id, session);
}

async function remove(id: string, session: Session): Promise<void> {
  if (!session.removedAtEnd.delete(id)) return;
  await askEngine(session.calls, { method: 'DELETE', path: `/containers/${id}?v=1&force=1` });
  session.objects.containers.remove(id);
  session.carrier?.forget(id);
}
