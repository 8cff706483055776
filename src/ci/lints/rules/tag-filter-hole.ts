import type { LintWorkflow } from '../../circleci/lint-subject.ts';
import { entryOf, valueOf, type Entry, type Node } from '../../circleci/tree.ts';
import { bodiesOf } from '../invocations.ts';
import type { Lint, LintFinding } from '../lint.ts';

/** L07: a job that is to run on tags does not, or runs on every branch too. */
export const tagFilterHole: Lint = {
  id: 'L07',
  title: 'tag-filter-hole',
  severity: 'warning',
  why: 'Without a filter for tags a job does not run on tags, and then neither does what requires it; with only that filter it runs on every branch.',
  fix: 'Give `filters: {tags: {only: …}}` to every job that it requires, and `branches: {ignore: /.*/}` to what is for tags alone.',
  check: ({ workflows }) => workflows.flatMap(inWorkflow),
};

function inWorkflow({ graph, entry }: LintWorkflow): readonly LintFinding[] {
  const bodies = bodiesOf(entry.value);
  return graph.instances.flatMap((instance): readonly LintFinding[] => {
    const tags = tagsOf(bodies.get(instance.name) ?? bodies.get(instance.job));
    if (tags === undefined) return [];
    const required = instance.requires.map(({ value }) => String(value));
    const without = required.filter((name) => bodies.has(name) && !hasFilters(bodies.get(name)));
    const findings: LintFinding[] = [];
    const [first] = without;
    if (first !== undefined) {
      const isAll = without.length === required.length;
      findings.push({
        origin: tags.key.origin,
        severity: isAll ? 'error' : 'warning',
        message: `\`${instance.name}\` ${isAll ? 'never runs on a tag' : 'runs on a tag without waiting for it'}: it requires \`${first}\`, which has no filter for tags and so is not there.`,
        suggestion: `Give \`${first}\` the same filter for tags.`,
      });
    }
    const body = bodies.get(instance.name) ?? bodies.get(instance.job);
    const branches = valueOf(valueOf(body, 'filters'), 'branches');
    if (branches === undefined && /deploy|release|publish|push|ship/iu.test(instance.name)) {
      findings.push({
        origin: tags.key.origin,
        message: `\`${instance.name}\` is for tags, and runs on every branch too.`,
        suggestion: 'Add `branches: {ignore: /.*/}` beside `tags`.',
      });
    }
    return findings;
  });
}

function tagsOf(body: Node | undefined): Entry | undefined {
  const entry = entryOf(valueOf(body, 'filters'), 'tags');
  return valueOf(entry?.value, 'only') === undefined ? undefined : entry;
}

/** A filter that is an expression may let tags in. */
function hasFilters(body: Node | undefined): boolean {
  const filters = valueOf(body, 'filters');
  return filters?.kind === 'scalar' || valueOf(filters, 'tags') !== undefined;
}
