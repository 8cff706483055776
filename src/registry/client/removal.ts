import { RegistryError } from '../errors.ts';
import { failureOf } from './failures.ts';
import { deleteScope } from './scopes.ts';
import { checkReference, type Session } from './session.ts';

/** Distribution 2.8 answers 400 to the removal of a tag: it knows digests only. */
const UNSUPPORTED = new Set([400, 405]);

/** Removes a tag or a manifest. Whether it was there. */
export async function removeReference(session: Session, reference: string): Promise<boolean> {
  const { name, host } = session.address;
  return await session.run(
    `remove ${reference}`,
    async (operation, exchange) =>
      await exchange.ask(
        operation,
        {
          method: 'DELETE',
          to: `/v2/${name}/manifests/${checkReference(reference)}`,
          scopes: [deleteScope(name)],
        },
        async (answer) => {
          if (answer.status === 404 || (answer.status >= 200 && answer.status < 300)) {
            await answer.discard();
            return answer.status !== 404;
          }
          const failure = await failureOf(answer, operation.title);
          if (!UNSUPPORTED.has(answer.status)) throw failure;
          throw new RegistryError(
            'REGISTRY_UNSUPPORTED',
            `${host} does not remove ${reference}: it answers ${answer.status}`,
            { cause: failure },
          );
        },
      ),
  );
}
