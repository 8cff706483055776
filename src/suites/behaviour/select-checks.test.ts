import { describe, expect, it } from 'vitest';
import { platformGroups, sizeGroups } from '../../config/check-groups.ts';
import { checks } from './checks/index.ts';
import { countStarts, planRuns } from './run-plan.ts';
import { selectChecks } from './select-checks.ts';

const idsOf = (settings: Parameters<typeof selectChecks>[1]): readonly string[] =>
  selectChecks(checks, settings).map(({ id }) => id);

describe('selectChecks', () => {
  it('gives each group all that the one before it has, and more', () => {
    const groups = sizeGroups.map((group) => idsOf({ group }));

    for (const [index, ids] of groups.slice(1).entries()) {
      expect(ids).toEqual(expect.arrayContaining([...(groups[index] ?? [])]));
      expect(ids.length).toBeGreaterThan(groups[index]?.length ?? 0);
    }
    expect(groups.at(-1)).toEqual(checks.map(({ id }) => id));
  });

  it.each(platformGroups)('gives `%s` what it asks for besides `standard`, as errors', (group) => {
    const asked = selectChecks(checks, { group });
    const more = asked.filter(({ alsoIn }) => alsoIn?.includes(group) === true);

    expect(asked.map(({ id }) => id)).toEqual(expect.arrayContaining([...idsOf({})]));
    expect(more).not.toHaveLength(0);
    expect(more.map(({ severity }) => severity)).toEqual(more.map(() => 'error'));
    expect(asked).toHaveLength(idsOf({}).length + more.length);
  });

  it('gives `standard` to whoever does not say', () => {
    expect(idsOf({})).toEqual(idsOf({ group: 'standard' }));
  });

  it('needs no start for `static`, and one for `quick`', () => {
    const [still, quick] = (['static', 'quick'] as const).map(
      (group) => new Set(selectChecks(checks, { group }).map((check) => check.needs)),
    );

    expect(still).toEqual(new Set(['image']));
    expect(countStarts(planRuns(quick ?? new Set(), true)).all).toBe(1);
  });

  it('gives what is named, in the order of the table, of whatever group it is', () => {
    expect(idsOf({ only: ['secrets', 'override-cmd', 'starts'] })).toEqual([
      'starts',
      'override-cmd',
      'secrets',
    ]);
  });
});
