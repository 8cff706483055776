import { entriesOf, itemsOf, nameOf, textOf, valueOf, type Node } from '../circleci/tree.ts';

/** What stands under each job of a workflow, by the name that others require. */
export function bodiesOf(workflow: Node): ReadonlyMap<string, Node> {
  const bodies = new Map<string, Node>();
  for (const item of itemsOf(valueOf(workflow, 'jobs'))) {
    const [entry] = entriesOf(item);
    const name = textOf(valueOf(entry?.value, 'name'));
    if (entry !== undefined) bodies.set(name ?? nameOf(entry), entry.value);
    else bodies.set(textOf(item) ?? '', item);
  }
  return bodies;
}
