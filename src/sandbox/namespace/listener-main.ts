/**
 * The program that listens in a script's network and gives its sockets away. One at a time: a socket must be sent and
 * closed here before Node looks for connections, or this process would take some of them.
 */
import { answerMessages, type Reply } from '../../host/messaging-process.ts';
import { systemCodeOf } from '../../kernel/errors.ts';
import { listenOn } from './listen-on.ts';
import type { ListenAnswer, ListenRequest } from './listener-message.ts';

let last = Promise.resolve();

answerMessages((message, reply) => {
  if (isRequest(message)) last = lend(message, reply, last);
});

async function lend(
  { id, host, port }: ListenRequest,
  reply: Reply,
  before: Promise<void>,
): Promise<void> {
  await before;
  const answer: ListenAnswer = { id };
  try {
    const server = await listenOn({ host, port });
    await reply(answer, server);
    server.close();
  } catch (error) {
    await reply({ ...answer, error: systemCodeOf(error) ?? String(error) });
  }
}

/** The sender is our own tool, of the same version. */
function isRequest(message: unknown): message is ListenRequest {
  return typeof message === 'object' && message !== null && 'id' in message;
}
