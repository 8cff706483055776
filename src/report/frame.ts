import { renderDuration } from './duration.ts';
import type { RunningCase, RunView, StepView } from './run-view.ts';
import { renderStepLine } from './step-line.ts';
import { describeProgress, nameStep } from './step-text.ts';
import type { Style } from './style.ts';
import { cleanLine, cutToWidth } from './terminal-text.ts';

export interface FramePlace {
  readonly style: Style;
  /** Columns and rows of the terminal. */
  readonly width: number;
  readonly height: number;
  readonly now: Date;
  /** Counts the ticks of the spinner. */
  readonly frameNumber: number;
}

const CASES_PER_STEP = 5;

/** The part of the screen that is redrawn: running steps, their running cases, and how far the run is. */
export function renderFrame(view: RunView, place: FramePlace): readonly string[] {
  const running = view.steps.filter(({ state }) => state === 'running');
  if (running.length === 0) return [];
  const nameWidth = Math.max(...view.steps.map((step) => nameStep(step, view).length));
  const blocks = running.map((step) => renderRunningStep(step, { view, nameWidth }, place));
  // The status line, and the line that the cursor stands on, need room too.
  return [...fitHeight(blocks, place), renderStatus(view, place)];
}

function renderRunningStep(
  step: StepView,
  { view, nameWidth }: { readonly view: RunView; readonly nameWidth: number },
  place: FramePlace,
): readonly string[] {
  const { style } = place;
  const line = renderStepLine(
    {
      mark: style.accent(spinnerOf(place)),
      kind: step.kind,
      name: nameStep(step, view),
      nameWidth,
      time: renderDuration(elapsedMs(step.startedAt, place.now)),
      detail: describeProgress(step),
      paint: style.faint,
    },
    place,
  );
  const shown = step.runningCases.slice(0, CASES_PER_STEP);
  const hidden = step.runningCases.length - shown.length;
  return [
    line,
    ...shown.map((each) => renderRunningCase(each, place)),
    ...(hidden > 0 ? [style.faint(`    ${style.symbols.more} ${hidden} more`)] : []),
  ];
}

function renderRunningCase(each: RunningCase, place: FramePlace): string {
  const time = renderDuration(elapsedMs(each.startedAt, place.now));
  const room = Math.max(8, place.width - time.length - 9);
  const id = cutToWidth(cleanLine(each.id), room, place.style.symbols.more);
  return `    ${place.style.accent(spinnerOf(place))} ${id}  ${place.style.faint(time)}`;
}

function renderStatus(view: RunView, { style, width, now }: FramePlace): string {
  const count = (isCounted: (step: StepView) => boolean): number =>
    view.steps.filter(isCounted).length;
  const waiting = count(({ state }) => state === 'waiting');
  const running = count(({ state }) => state === 'running');
  const done = view.steps.length - waiting - running;
  const time = renderDuration(elapsedMs(view.startedAt, now));
  const text = `${done} of ${view.steps.length} steps done, ${running} running, ${waiting} waiting  ${time}`;
  return style.faint(cutToWidth(text, width - 1, style.symbols.more));
}

/** Whole blocks as long as there is room, one line per step when there is not, and a count of the rest. */
function fitHeight(
  blocks: readonly (readonly string[])[],
  { height, style }: FramePlace,
): readonly string[] {
  const room = Math.max(2, height - 3);
  if (blocks.flat().length <= room) return blocks.flat();
  const heads = blocks.flatMap(([head]) => head ?? []);
  if (heads.length <= room) return heads;
  const hidden = heads.length - room + 1;
  return [
    ...heads.slice(0, room - 1),
    style.faint(`  ${style.symbols.more} ${hidden} more running`),
  ];
}

function spinnerOf({ style, frameNumber }: FramePlace): string {
  const { spinner } = style.symbols;
  return spinner[frameNumber % spinner.length] ?? '';
}

function elapsedMs(since: string | undefined, now: Date): number {
  return since === undefined ? 0 : Math.max(0, now.getTime() - Date.parse(since));
}
