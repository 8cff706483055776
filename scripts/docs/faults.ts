import { catalogue } from '../../test/faults/catalogue.ts';
import type { FaultCase, FaultGroup } from '../../test/faults/fault-case.ts';
import { code, renderPage, renderTable } from './markdown.ts';

/** What was thought of, what has to happen, and the tests that show it. */
export function renderFaults(): string {
  const groups = Object.values(catalogue);
  const cases = groups.flatMap((group) => group.cases);
  const count = (kind: string): string => String(cases.filter((each) => kind in each).length);
  return renderPage('Faults and attacks', [
    `${String(cases.length)} ways in which engines, registries, disks, networks, images and people break, lie or attack, and what has to become of each. ` +
      `**${count('coveredBy')}** are covered by the tests named here, **${count('open')}** are open, and **${count('cannotRun')}** cannot be run. ` +
      'A test fails when a name in this table is no test any more.',
    ...groups.map(renderGroup),
  ]);
}

function renderGroup(group: FaultGroup): string {
  const rows = group.cases.map((each) => [
    each.id,
    each.happens,
    each.required,
    renderStanding(each),
  ]);
  return `## ${group.title}\n\n${renderTable(['id', 'what happens', 'what is required', 'shown by'], rows)}`;
}

function renderStanding(fault: FaultCase): string {
  if ('open' in fault) return `**open:** ${fault.open}`;
  if ('cannotRun' in fault) return `**cannot be run:** ${fault.cannotRun}`;
  return fault.coveredBy.map(({ file, test }) => `${code(file)}: ${test}`).join('<br>');
}
