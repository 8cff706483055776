import { ApiRefusal } from './api-refusal.ts';
import { objectIn, textIn } from './json-value.ts';
import type { OwnNetwork } from './own-objects.ts';
import { askEngine, messageIn, SESSION_LABEL, type Session } from './session.ts';

/** What the script calls its default network. */
export const BRIDGE = 'bridge';

/** Under way or done, by session: a network costs the engine a third of a second, and many scripts need none. */
const made = new WeakMap<Session, Promise<OwnNetwork>>();

/**
 * The session's own default network, made on first use. It is a user-defined bridge: it does all that Docker's own does,
 * and names resolve besides.
 * @throws {ApiRefusal} 500 with the engine's words, as when its address pools are used up
 */
export async function defaultNetwork(session: Session): Promise<OwnNetwork> {
  const known = made.get(session);
  if (known !== undefined) return await known;
  const creating = create(session);
  made.set(session, creating);
  try {
    return await creating;
  } catch (error) {
    made.delete(session);
    throw error;
  }
}

async function create(session: Session): Promise<OwnNetwork> {
  const { [SESSION_LABEL]: id = '' } = session.labels;
  const answer = await askEngine(session.calls, {
    method: 'POST',
    path: '/networks/create',
    body: {
      Name: `${session.prefix}${BRIDGE}`,
      CheckDuplicate: true,
      Driver: 'bridge',
      // A helper of ours, and not the script's: it has the labels that removal goes by, but not the user's.
      Labels: { ...helperLabels(session), [SESSION_LABEL]: id },
    },
  });
  if (answer.status !== 201) {
    throw new ApiRefusal(500, `The network of this script could not be made: ${messageIn(answer)}`);
  }
  const network = { id: textIn(objectIn(answer.value)['Id']), name: BRIDGE };
  session.objects.networks.add(network);
  return network;
}

function helperLabels({ labels }: Session): Readonly<Record<string, string>> {
  const { 'seatrial.user': _user, ...rest } = labels;
  return rest;
}
