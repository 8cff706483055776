import { ApiRefusal } from './api-refusal.ts';
import type { CallNotes } from './exchange.ts';
import { execOf } from './exec-calls.ts';
import type { RequestPath } from './request-path.ts';
import type { Session } from './session.ts';

const ATTACH = /^\/containers\/([^/]+)\/(attach)$/u;
const WEB_SOCKET = /^\/containers\/([^/]+)\/(attach\/ws)$/u;
const EXEC = /^\/exec\/([^/]+)\/start$/u;

/**
 * Where a call that asks for a stream goes, without version; absent when it is no such call.
 * @throws {ApiRefusal} for what is not of the session, and by the policy
 */
export function hijackTarget(
  method: string,
  { path }: RequestPath,
  { session, notes }: { readonly session: Session; readonly notes: CallNotes },
): string | undefined {
  const known = { session, notes };
  switch (method) {
    case 'GET':
      return attachTarget(WEB_SOCKET, path, known);
    case 'POST':
      return (
        attachTarget(ATTACH, path, known) ?? execTarget(path, known) ?? buildTarget(path, session)
      );
    default:
      return undefined;
  }
}

interface Known {
  readonly session: Session;
  readonly notes: CallNotes;
}

function attachTarget(
  pattern: RegExp,
  path: string,
  { session, notes }: Known,
): string | undefined {
  const match = pattern.exec(path);
  if (match === null) return undefined;
  const [, ref = '', action = ''] = match;
  const found = session.objects.containers.find(ref);
  if (found === undefined) throw new ApiRefusal(404, `No such container: ${ref}`);
  notes.container = found.id;
  return `/containers/${found.id}/${action}`;
}

function execTarget(path: string, known: Known): string | undefined {
  const ref = EXEC.exec(path)?.[1];
  return ref === undefined ? undefined : `/exec/${execOf({ ref, ...known })}/start`;
}

function buildTarget(path: string, { policy }: Session): string | undefined {
  if (path === '/session') return path;
  if (path !== '/grpc') return undefined;
  policy.deny('buildkit.grpc', 'buildx');
  return path;
}
