import { isTag } from '../../kernel/image-reference.ts';
import type { Tags } from '../contract.ts';
import { RegistryError } from '../errors.ts';
import { tagsSchema } from '../wire.ts';
import { failureOf } from './failures.ts';
import { parseJson } from './json.ts';
import { followPages, nextPageOf } from './pages.ts';
import { removeReference } from './removal.ts';
import { pullScope } from './scopes.ts';
import type { Session } from './session.ts';

const MAX_PAGE_BYTES = 8 * 1024 ** 2;

export function createTags(session: Session): Tags {
  return {
    list: async () => await listTags(session),
    remove: async (tag) => await removeTag(session, tag),
  };
}

async function listTags(session: Session): Promise<readonly string[]> {
  const { name, host } = session.address;
  const tags = new Set<string>();
  await session.run('list tags', async (operation, exchange) => {
    await followPages(
      exchange,
      `/v2/${name}/tags/list`,
      async (to) =>
        await exchange.ask(
          operation,
          { method: 'GET', to, scopes: [pullScope(name)] },
          async (answer) => {
            if (answer.status === 404) {
              await answer.discard();
              return undefined;
            }
            if (answer.status !== 200) throw await failureOf(answer, operation.title);
            const page = tagsSchema.safeParse(parseJson(await answer.bytes(MAX_PAGE_BYTES)));
            if (!page.success) {
              throw new RegistryError('ANSWER_MALFORMED', `${host} answers with no list of tags`);
            }
            // What is no tag could not be asked for anyway.
            for (const tag of page.data.tags ?? []) if (isTag(tag)) tags.add(tag);
            return nextPageOf(answer, exchange);
          },
        ),
    );
  });
  return [...tags];
}

async function removeTag(session: Session, tag: string): Promise<boolean> {
  if (isTag(tag)) return await removeReference(session, tag);
  throw new RegistryError('REPOSITORY_INVALID', `${JSON.stringify(tag.slice(0, 200))} is no tag`);
}
