import { toData } from '../expand/render.ts';
import { entriesOf, nameOf, textOf, valueOf, type Entry, type Node } from '../tree.ts';
import type { NewStep } from './commands.ts';

export interface Deployment {
  /** Of its job. */
  readonly name: string;
  readonly filters: unknown;
  readonly isTag: boolean;
  readonly commands: Node | undefined;
  /** Ends the job where it is not to run. */
  readonly guard: readonly NewStep[];
  /** What has to be written by a person. */
  readonly todo: readonly string[];
}

/** Sections under `deployment`: the first whose branch or tag matched ran, after a green build. */
export function deploymentsOf(root: Node): readonly Deployment[] {
  return entriesOf(valueOf(root, 'deployment')).map(toDeployment);
}

function toDeployment(entry: Entry): Deployment {
  const { value } = entry;
  const branch = valueOf(value, 'branch');
  const tag = valueOf(value, 'tag');
  const owner = textOf(valueOf(value, 'owner'));
  const heroku = textOf(valueOf(valueOf(value, 'heroku'), 'appname'));
  const list = valueOf(value, 'commands');
  const commands: Node | undefined =
    list?.kind === 'scalar' ? { kind: 'list', items: [list], origin: list.origin } : list;
  return {
    name: `deploy-${nameOf(entry)}`,
    isTag: tag !== undefined,
    commands,
    filters:
      tag === undefined
        ? branch === undefined
          ? undefined
          : { branches: { only: toData(branch) } }
        : { tags: { only: toData(tag) }, branches: { ignore: '/.*/' } },
    guard:
      owner === undefined
        ? []
        : [
            {
              step: {
                run: `[ "$CIRCLE_PROJECT_USERNAME" = "${owner}" ] || circleci-agent step halt`,
              },
              comments: ['`owner` was a guard against forks.'],
            },
          ],
    todo: heroku === undefined ? [] : [`deploy to the application ${heroku} of Heroku`],
  };
}
