import { ApiRefusal } from './api-refusal.ts';
import {
  answerChanged,
  ask,
  bodyOf,
  containerOf,
  passThrough,
  type Exchange,
  type Handler,
} from './exchange.ts';
import { objectIn, textIn } from './json-value.ts';

export const createExec: Handler = async (exchange) => {
  const { session } = exchange;
  const { id } = containerOf(exchange);
  const body = await bodyOf(exchange, { Privileged: true });
  session.policy.check('exec', body);
  const made = await ask(exchange, {
    path: `/containers/${id}/exec`,
    body: JSON.stringify(body),
  });
  const exec = textIn(objectIn(made.value)['Id']);
  if (made.status === 201 && exec !== '') session.objects.execs.set(exec, id);
  answerChanged(exchange, made, made.value);
};

/** Full id of an exec of this session. @throws {ApiRefusal} 404 in the engine's words */
export function execOf({
  session,
  ref,
  notes,
}: Pick<Exchange, 'session' | 'ref' | 'notes'>): string {
  const container = session.objects.execs.get(ref);
  if (container === undefined) throw new ApiRefusal(404, `No such exec instance: ${ref}`);
  notes.container = container;
  return ref;
}

/** Calls about one exec whose answers need no change. */
export function passingExec(action: string): Handler {
  return async (exchange) => {
    await passThrough(exchange, { path: `/exec/${execOf(exchange)}/${action}` });
  };
}
