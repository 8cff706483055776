import { ApiRefusal } from './api-refusal.ts';
import type { CallNotes } from './exchange.ts';
import { execOf } from './exec-calls.ts';
import type { RequestPath } from './request-path.ts';
import type { Session } from './session.ts';

const ATTACH = /^\/containers\/(?<ref>[^/]+)\/attach(?<ws>\/ws)?$/u;
const EXEC = /^\/exec\/(?<ref>[^/]+)\/start$/u;

/**
 * Where a call that asks for a stream goes, without version; absent when it is no such call.
 * @throws {ApiRefusal} for what is not of the session, and by the policy
 */
export function hijackTarget(
  method: string,
  { path }: RequestPath,
  { session, notes }: { readonly session: Session; readonly notes: CallNotes },
): string | undefined {
  const attach = ATTACH.exec(path)?.groups;
  if (attach !== undefined && method === (attach['ws'] === undefined ? 'POST' : 'GET')) {
    const ref = attach['ref'] ?? '';
    const found = session.objects.containers.find(ref);
    if (found === undefined) throw new ApiRefusal(404, `No such container: ${ref}`);
    notes.container = found.id;
    return `/containers/${found.id}/attach${attach['ws'] ?? ''}`;
  }
  const exec = EXEC.exec(path)?.groups;
  if (exec !== undefined && method === 'POST') {
    return `/exec/${execOf({ session, ref: exec['ref'] ?? '', notes })}/start`;
  }
  if (method === 'POST' && path === '/session') return path;
  if (method === 'POST' && path === '/grpc') {
    session.policy.deny('buildkit.grpc', 'buildx');
    return path;
  }
  return undefined;
}
