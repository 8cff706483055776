import type { LintSubject } from '../../circleci/lint-subject.ts';
import { entriesOf, nameOf, valueOf, type Node } from '../../circleci/tree.ts';
import type { Lint, LintFinding } from '../lint.ts';

/** L27: nobody runs it, and so nobody notices when it breaks. */
export const unusedDefinition: Lint = {
  id: 'L27',
  title: 'unused-definition',
  severity: 'warning',
  why: 'What is never used is not compiled either: it looks like a gate and is none.',
  fix: 'Use it, or remove it.',
  check: (subject) => [
    ...unusedJobs(subject),
    ...unusedNames(subject, 'commands', 'command'),
    ...unusedNames(subject, 'executors', 'executor'),
    ...unusedOrbs(subject),
  ],
};

function unusedJobs({ checked, workflows }: LintSubject): readonly LintFinding[] {
  if (workflows.length === 0) return [];
  const used = new Set(workflows.flatMap(({ graph }) => graph.instances.map(({ job }) => job)));
  const inGroups = textsOf(valueOf(checked.parsed.root, 'job-groups'));
  return [...checked.unit.jobs.values()]
    .filter((entry) => !used.has(nameOf(entry)) && !inGroups.has(nameOf(entry)))
    .map(({ key }) => ({
      origin: key.origin,
      message: `No workflow runs the job \`${key.written}\`.`,
    }));
}

function unusedNames(
  { checked }: LintSubject,
  kind: 'commands' | 'executors',
  noun: string,
): readonly LintFinding[] {
  const { unit, parsed } = checked;
  const names = textsOf(parsed.root);
  return [...unit[kind].values()]
    .filter((entry) => (names.get(nameOf(entry)) ?? 0) <= 1)
    .map(({ key }) => ({
      origin: key.origin,
      message: `Nothing uses the ${noun} \`${key.written}\`.`,
    }));
}

function unusedOrbs({ checked }: LintSubject): readonly LintFinding[] {
  const names = [...textsOf(checked.parsed.root).keys()];
  return entriesOf(valueOf(checked.parsed.root, 'orbs'))
    .filter((entry) => !names.some((name) => name.startsWith(`${nameOf(entry)}/`)))
    .map(({ key }) => ({
      origin: key.origin,
      message: `Nothing uses the orb \`${key.written}\`.`,
    }));
}

/** Every key and text of a tree, with how often it is there. */
function textsOf(node: Node | undefined): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  const seen = new Set<Node>();
  const add = (text: string): void => {
    found.set(text, (found.get(text) ?? 0) + 1);
  };
  const walk = (each: Node): void => {
    if (seen.has(each)) return;
    seen.add(each);
    if (each.kind === 'scalar') add(String(each.value));
    if (each.kind === 'list') each.items.forEach(walk);
    if (each.kind === 'map') {
      for (const entry of each.entries) {
        add(nameOf(entry));
        walk(entry.value);
      }
    }
  };
  if (node !== undefined) walk(node);
  return found;
}
