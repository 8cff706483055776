import { renderDuration } from './duration.ts';
import { renderTable, type Column } from './table.ts';
import type { StageTimes } from './times.ts';

const numbers = (...titles: readonly string[]): readonly Column[] =>
  titles.map((title) => ({ title, align: 'right' }));

/** `seatrial times`: one row per stage. */
export function renderTimes(stages: readonly StageTimes[]): readonly string[] {
  if (stages.length === 0) return ['No run has finished yet: there are no times.'];
  const columns = [
    { title: 'stage' },
    { title: 'of' },
    ...numbers('min', 'median', 'max', 'runs', 'cached'),
  ];
  return renderTable(
    columns,
    stages.map((each) => [
      each.stage,
      each.of,
      ...renderSpan(each),
      String(each.runCount),
      String(each.cachedCount),
    ]),
  );
}

/** `seatrial times --compare A B`: both selections side by side, and how the median changed. */
export function renderComparison(
  before: readonly StageTimes[],
  after: readonly StageTimes[],
): readonly string[] {
  const added = after.filter((each) => !before.some((other) => isSameStage(each, other)));
  const stages = [...before, ...added];
  const rows = [...stages.filter(isPart), ...stages.filter((each) => !isPart(each))].map(
    ({ stage, of }) => ({
      stage,
      of,
      a: before.find((each) => each.stage === stage && each.of === of),
      b: after.find((each) => each.stage === stage && each.of === of),
    }),
  );
  if (rows.length === 0) return ['None of these runs has times to compare.'];
  const columns = [
    { title: 'stage' },
    { title: 'of' },
    ...numbers('min A', 'median A', 'max A', 'runs A'),
    ...numbers('min B', 'median B', 'max B', 'runs B', 'change'),
  ];
  return renderTable(
    columns,
    rows.map(({ stage, of, a, b }) => [
      stage,
      of,
      ...renderSpan(a),
      String(a?.runCount ?? 0),
      ...renderSpan(b),
      String(b?.runCount ?? 0),
      renderChange(a?.medianMs, b?.medianMs),
    ]),
  );
}

function isPart({ stage }: StageTimes): boolean {
  return stage !== 'total';
}

function isSameStage(a: StageTimes, b: StageTimes): boolean {
  return a.stage === b.stage && a.of === b.of;
}

function renderSpan(stage: StageTimes | undefined): readonly string[] {
  return [stage?.minimumMs, stage?.medianMs, stage?.maximumMs].map((ms) =>
    ms === undefined ? '-' : renderDuration(ms),
  );
}

function renderChange(before: number | undefined, after: number | undefined): string {
  if (before === undefined || after === undefined || before === 0) return '-';
  const percent = Math.round(((after - before) / before) * 100);
  return `${percent > 0 ? '+' : ''}${percent} %`;
}
