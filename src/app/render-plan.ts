import type { AssessedStep } from '../pipeline/assess-plan.ts';
import { createStyle, type Style } from '../report/style.ts';
import type { AppHost } from './app-host.ts';

export interface RenderPlanOptions {
  readonly format: 'text' | 'json' | 'mermaid';
  readonly host: Pick<AppHost, 'env' | 'stdout'>;
}

/** Text for people, one JSON object of schema `seatrial.plan/1`, or a Mermaid diagram. */
export function renderPlan(steps: readonly AssessedStep[], options: RenderPlanOptions): string {
  switch (options.format) {
    case 'json':
      return `${JSON.stringify({ schema: 'seatrial.plan/1', steps }, null, 2)}\n`;
    case 'mermaid':
      return renderMermaid(steps);
    case 'text': {
      const { env, stdout } = options.host;
      return renderText(steps, createStyle({ env, isTty: stdout.isTTY === true }));
    }
  }
}

const marks = { done: 'done', todo: 'todo', unknown: 'open' } as const;

function renderText(steps: readonly AssessedStep[], style: Style): string {
  const width = Math.max(...steps.map(({ id }) => id.length));
  const lines = steps.map(({ id, state, key, why }) => {
    const name = id.padEnd(width);
    const short = (key?.replace(/^sha256:/u, '').slice(0, 12) ?? '').padEnd(12);
    return `${marks[state]}  ${style.strong(name)}  ${style.faint(short)}  ${why}`;
  });
  const todo = steps.filter(({ state }) => state !== 'done').length;
  const conclusion =
    todo === 0
      ? `Nothing to do: all ${steps.length} steps are done.`
      : `${todo} of ${steps.length} steps to do.`;
  return `${lines.join('\n')}\n\n${conclusion}\n`;
}

/** @see https://mermaid.js.org/syntax/flowchart.html */
function renderMermaid(steps: readonly AssessedStep[]): string {
  const names = new Map(steps.map((step, index) => [step.id, `s${index}`]));
  const nodes = steps.map(
    ({ id, state }) => `  ${names.get(id)}["${id.replaceAll('"', '#quot;')}"]:::${state}`,
  );
  const edges = steps.flatMap(({ id, needs }) =>
    needs
      .filter((need) => names.has(need))
      .map((need) => `  ${names.get(need)} --> ${names.get(id)}`),
  );
  return [
    'flowchart LR',
    ...nodes,
    ...edges,
    '  classDef done fill:#d8f5d8,stroke:#2f7d32,color:#111',
    '  classDef todo fill:#ffe9c7,stroke:#b26a00,color:#111',
    '  classDef unknown fill:#eee,stroke:#777,color:#111',
    '',
  ].join('\n');
}
