import type { StateAction } from '../../config/schema.ts';
import { parseHttpTarget } from '../../engine/http-target.ts';
import { sendHttp } from '../../engine/http-request.ts';
import { findAddress } from '../../engine/route.ts';
import {
  judgeCommandAnswer,
  judgeHttpAnswer,
  type Exercise,
  type StateOutcome,
} from './state-action.ts';
import { defaultPortOf } from './subject.ts';
import type { Trial } from './trial.ts';

/** For one action. What takes longer does not answer. */
const ANSWER_WITHIN_MS = 30_000;

/** Does one action of the `state` block on a running container. */
export async function performState(
  trial: Trial,
  containerId: string,
  which: 'write' | 'read',
): Promise<StateOutcome> {
  const action = trial.subject.image.profile.state?.[which];
  if (action === undefined) throw new Error(`the profile has no state.${which}`);
  return action.http === undefined
    ? performCommand(trial, containerId, action)
    : performHttp(trial, containerId, action);
}

/** Writes what the `state` block says, and reads it back when that went well. */
export async function exerciseState(trial: Trial, containerId: string): Promise<Exercise> {
  const write = await performState(trial, containerId, 'write');
  if (write.result !== 'met') return { write, read: undefined };
  return { write, read: await performState(trial, containerId, 'read') };
}

async function performHttp(
  { scope, signal, subject }: Trial,
  containerId: string,
  action: StateAction,
): Promise<StateOutcome> {
  const target = parseHttpTarget(action.http ?? '', defaultPortOf(subject));
  const state = await scope.engine.containers.inspect(containerId);
  const address = state && findAddress(scope.engine, state, target.port);
  if (address === undefined) return unanswered('the container is down, or has no address');
  const result = await sendHttp({
    address,
    method: target.method,
    path: target.path,
    headers: action.headers,
    body: action.body,
    timeoutMs: ANSWER_WITHIN_MS,
    signal,
  });
  signal.throwIfAborted();
  if (result.state === 'failed') {
    return unanswered(`no answer from port ${target.port} (${result.message})`);
  }
  return judgeHttpAnswer(action, result);
}

async function performCommand(
  { scope, signal }: Trial,
  containerId: string,
  action: StateAction,
): Promise<StateOutcome> {
  const late = AbortSignal.timeout(ANSWER_WITHIN_MS);
  try {
    const answer = await scope.engine.containers.exec(containerId, {
      argv: action.exec ?? [],
      signal: AbortSignal.any([signal, late]),
    });
    return judgeCommandAnswer(action, answer);
  } catch (error) {
    signal.throwIfAborted();
    if (late.aborted)
      return unanswered(`the command did not end within ${ANSWER_WITHIN_MS / 1000} s`);
    const state = await scope.engine.containers.inspect(containerId);
    if (state?.isRunning === false) return unanswered('the container has ended');
    throw error;
  }
}

function unanswered(because: string): StateOutcome {
  return { result: 'unanswered', because, seen: '' };
}
