import type { RunEvent } from '../../kernel/run-events.ts';
import { renderCase, renderStepFailure } from '../failure-text.ts';
import { emptyRun, fold } from '../fold.ts';
import { renderFrame } from '../frame.ts';
import type { OpenReport, Output, Reporter, ReportTarget } from '../reporter.ts';
import type { RunView, StepView } from '../run-view.ts';
import { renderStepLine } from '../step-line.ts';
import { describeResult, isFailure, isWarning, nameStep, timeOf } from '../step-text.ts';
import { createStyle, stateMark } from '../style.ts';
import { renderSummary } from '../summary.ts';
import { cleanLine } from '../terminal-text.ts';
import { createTicker } from '../ticker.ts';

const TICK_MS = 100;
/** Events that may come in floods wait for the next tick. */
const QUIET: ReadonlySet<RunEvent['type']> = new Set(['step.output', 'build.vertex']);

/** For people at a terminal: what runs now is redrawn in place, what is done stays above it. */
export const live: Reporter = {
  id: 'live',
  describe: 'Steps and cases on a terminal as they happen.',
  destination: 'output',
  open: async (target) => {
    const { createLogUpdate } = await import('log-update');
    // The cursor stays as it is: a killed process could not bring it back.
    return openLive(target, createLogUpdate(target.out, { showCursor: true }));
  },
};

interface Screen {
  (text: string): void;
  clear(): void;
  done(): void;
  persist(text: string): void;
}

function openLive(target: ReportTarget, screen: Screen): OpenReport {
  const { clock, out } = target;
  const style = createStyle({ env: target.env, isTty: out.isTTY === true });
  let view: RunView = emptyRun;
  let frameNumber = 0;

  const placeNow = (): Parameters<typeof renderSummary>[1] => ({
    style,
    width: widthOf(out),
    files: target.files,
  });

  const draw = (): void => {
    const now = clock.now();
    const frame = renderFrame(view, { ...placeNow(), height: out.rows ?? 24, now, frameNumber });
    if (frame.length > 0) screen(frame.join('\n'));
    else screen.clear();
  };

  const ticker = createTicker(clock, TICK_MS, () => {
    frameNumber += 1;
    draw();
  });

  const renderFinished = (step: StepView): readonly string[] => {
    if (step.state === 'running') return [];
    const failure = renderStepFailure(step, placeNow());
    const hasFailed = step.state === 'failed' || step.state === 'lost';
    const line = renderStepLine(
      {
        mark: stateMark(style, step.state),
        kind: step.kind,
        name: nameStep(step, view),
        nameWidth: Math.max(...view.steps.map((each) => nameStep(each, view).length)),
        time: timeOf(step),
        detail: failure.length > 0 ? step.state : describeResult(step),
        paint: hasFailed ? style.bad : style.faint,
      },
      placeNow(),
    );
    return [line, ...failure];
  };

  /** Lines that stay. */
  const render = (event: RunEvent): readonly string[] => {
    if (event.type === 'run.started') {
      return [style.faint(`seatrial ${event.command} of ${event.project}, run ${event.runId}`)];
    }
    if (event.type === 'notice') return [`${style.warning('note')} ${cleanLine(event.message)}`];
    const step = view.steps.find(({ id }) => 'step' in event && id === event.step);
    if (step === undefined) return [];
    if (event.type === 'step.finished') return renderFinished(step);
    if (event.type !== 'case.finished') return [];
    if (!isFailure(event.case) && !isWarning(event.case)) return [];
    const title = `${step.kind} ${nameStep(step, view)} ${style.symbols.arrow} ${cleanLine(event.case.id)}`;
    return renderCase(event.case, title, placeNow());
  };

  out.on('resize', draw);
  return {
    onEvent: (event) => {
      view = fold(view, event);
      const lines = render(event);
      if (lines.length > 0) screen.persist(lines.join('\n'));
      if (view.steps.some(({ state }) => state === 'running')) ticker.start();
      else ticker.stop();
      if (!QUIET.has(event.type)) draw();
    },
    close: async () => {
      ticker.stop();
      out.off('resize', draw);
      screen.clear();
      screen.persist(renderSummary(view, placeNow()).join('\n'));
      screen.done();
    },
  };
}

function widthOf({ columns }: Output): number {
  // On anything narrower lines are wrapped: there is no room left to cut from.
  return Math.max(40, columns ?? 80);
}
