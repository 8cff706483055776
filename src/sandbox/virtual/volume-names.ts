import { objectIn } from './json-value.ts';
import { askEngine, SESSION_LABEL, type Session } from './session.ts';

const ANONYMOUS = /^[0-9a-f]{64}$/u;

/** The engine's name for what the script calls a volume. An anonymous one of the session keeps its name. */
export async function ownVolumeName(name: string, session: Session): Promise<string> {
  const own = `${session.prefix}${name}`;
  if (!ANONYMOUS.test(name)) return own;
  return (await isOurs(name, session)) ? name : own;
}

/** Absent when the session has no such volume. */
export async function findVolume(name: string, session: Session): Promise<string | undefined> {
  const own = await ownVolumeName(name, session);
  return (await isOurs(own, session)) ? own : undefined;
}

export function isAnonymous(name: string): boolean {
  return ANONYMOUS.test(name);
}

async function isOurs(name: string, session: Session): Promise<boolean> {
  const found = await askEngine(session.calls, { path: `/volumes/${encodeURIComponent(name)}` });
  if (found.status !== 200) return false;
  return objectIn(objectIn(found.value)['Labels'])[SESSION_LABEL] === session.id;
}
