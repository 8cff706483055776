import { requirementsOf } from '../structure/workflow-graph.ts';
import { entriesOf, itemsOf, nameOf, textOf, valueOf, type Mapping, type Node } from '../tree.ts';

/**
 * The workflows of a processed configuration as a diagram: an arrow from what is required, a rounded box for what waits
 * for an approval.
 * @see https://mermaid.js.org/syntax/flowchart.html
 */
export function renderMermaid(root: Mapping): string {
  const workflows = entriesOf(valueOf(root, 'workflows')).filter(
    (entry) => nameOf(entry) !== 'version',
  );
  const lines = workflows.flatMap((entry, index) => [
    `  subgraph w${index}[${quote(nameOf(entry))}]`,
    ...jobLines(entry.value, `w${index}`).map((line) => `    ${line}`),
    '  end',
  ]);
  return ['flowchart LR', ...lines, ''].join('\n');
}

function jobLines(workflow: Node, prefix: string): readonly string[] {
  const jobs = itemsOf(valueOf(workflow, 'jobs')).map((item) => {
    const [entry] = entriesOf(item);
    return { name: entry === undefined ? (textOf(item) ?? '') : nameOf(entry), body: entry?.value };
  });
  const ids = new Map(jobs.map(({ name }, index) => [name, `${prefix}j${index}`]));
  const boxes = jobs.map(({ name, body }) => {
    const isApproval = textOf(valueOf(body, 'type')) === 'approval';
    const label = quote(name);
    return `${ids.get(name) ?? ''}${isApproval ? `([${label}])` : `[${label}]`}`;
  });
  const arrows = jobs.flatMap(({ name, body }) =>
    requirementsOf(body).flatMap(({ value }) => {
      const from = ids.get(String(value));
      return from === undefined ? [] : [`${from} --> ${ids.get(name) ?? ''}`];
    }),
  );
  return [...boxes, ...arrows];
}

function quote(text: string): string {
  return `"${text.replaceAll('"', '#quot;')}"`;
}
