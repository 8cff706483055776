import { renderDuration } from '../duration.ts';
import { markup, type Markup } from '../markup.ts';
import type { RunView, StepView } from '../run-view.ts';
import { describeResult, nameStep } from '../step-text.ts';
import { cutToWidth } from '../terminal-text.ts';

const WIDTH = 1000;
const LABEL_WIDTH = 260;
const TIME_WIDTH = 70;
const ROW_HEIGHT = 26;
const AXIS_HEIGHT = 22;
const CHART_WIDTH = WIDTH - LABEL_WIDTH - TIME_WIDTH;
const LABEL_CHARACTERS = 38;

/** When each step ran, as bars over the time of the run. Empty when no step ran. */
export function renderTimeline(view: RunView): Markup {
  const bars = view.steps.flatMap((step) => toBar(step, view));
  if (bars.length === 0) return markup``;
  const totalMs = Math.max(1, ...bars.map(({ endMs }) => endMs), view.end?.durationMs ?? 0);
  const height = AXIS_HEIGHT + bars.length * ROW_HEIGHT + 4;
  return markup`<h2>Timeline</h2>
<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="When each step ran">
${ticksOf(totalMs).map((atMs) => renderTick(atMs, totalMs, height))}${bars.map((bar, index) => renderBar(bar, index, totalMs))}</svg>
`;
}

interface Bar {
  readonly label: string;
  readonly state: StepView['state'];
  readonly startMs: number;
  readonly endMs: number;
  readonly title: string;
}

function toBar(step: StepView, view: RunView): readonly Bar[] {
  if (step.startedAt === undefined || view.startedAt === undefined) return [];
  const startMs = Math.max(0, Date.parse(step.startedAt) - Date.parse(view.startedAt));
  const label = `${step.kind} ${nameStep(step, view)}`;
  return [
    {
      label,
      state: step.state,
      startMs,
      endMs: startMs + (step.durationMs ?? 0),
      title: `${label}: ${describeResult(step)}`,
    },
  ];
}

/** Four to eight round moments. */
function ticksOf(totalMs: number): readonly number[] {
  const rough = totalMs / 8;
  const power = 10 ** Math.floor(Math.log10(rough));
  const stepMs =
    [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough) ?? rough;
  return Array.from({ length: Math.floor(totalMs / stepMs) + 1 }, (_, index) => index * stepMs);
}

function renderTick(atMs: number, totalMs: number, height: number): Markup {
  const x = xOf(atMs, totalMs);
  const label = atMs === 0 ? '0' : renderDuration(atMs);
  return markup`<line x1="${x}" x2="${x}" y1="${AXIS_HEIGHT}" y2="${height}"/><text class="tick" x="${x}" y="14" text-anchor="middle">${label}</text>
`;
}

function renderBar(bar: Bar, index: number, totalMs: number): Markup {
  const y = AXIS_HEIGHT + index * ROW_HEIGHT;
  const x = xOf(bar.startMs, totalMs);
  const width = Math.max(2, xOf(bar.endMs, totalMs) - x).toFixed(1);
  const time = renderDuration(bar.endMs - bar.startMs);
  return markup`<text x="0" y="${y + 17}">${cutToWidth(bar.label, LABEL_CHARACTERS, '…')}</text><rect class="${bar.state}" x="${x}" y="${y + 5}" width="${width}" height="16" rx="3"><title>${bar.title}</title></rect><text class="tick" x="${WIDTH}" y="${y + 17}" text-anchor="end">${time}</text>
`;
}

function xOf(atMs: number, totalMs: number): number {
  return Math.round((LABEL_WIDTH + (atMs / totalMs) * CHART_WIDTH) * 10) / 10;
}
