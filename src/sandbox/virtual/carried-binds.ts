import type { OwnContainer } from './own-objects.ts';
import { askEngine, type Session } from './session.ts';
import { objectIn } from './json-value.ts';

/** Once a container may have ended: its files come back, and it goes if that was asked for. */
export async function bringBack({ id }: OwnContainer, session: Session): Promise<void> {
  await session.carrier?.pull(id);
  if (!session.removedAtEnd.has(id)) return;
  const found = await askEngine(session.calls, { path: `/containers/${id}/json` });
  const state = objectIn(objectIn(found.value)['State']);
  if (found.status === 200 && state['Status'] !== 'exited' && state['Status'] !== 'dead') return;
  if (!session.removedAtEnd.delete(id)) return;
  await askEngine(session.calls, { method: 'DELETE', path: `/containers/${id}?v=1` });
  session.objects.containers.remove(id);
  session.carrier?.forget(id);
}
