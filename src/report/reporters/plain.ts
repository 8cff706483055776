import type { RunEvent } from '../../kernel/run-events.ts';
import type { Case } from '../../kernel/verdict.ts';
import { renderDuration } from '../duration.ts';
import { renderCase, renderStepFailure } from '../failure-text.ts';
import { emptyRun, fold } from '../fold.ts';
import type { OpenReport, Reporter, ReportTarget } from '../reporter.ts';
import type { RunView, StepView } from '../run-view.ts';
import {
  describeProgress,
  describeResult,
  isFailure,
  isWarning,
  nameStep,
  timeOf,
} from '../step-text.ts';
import { createStyle, stateMark, verdictMark } from '../style.ts';
import { renderSummary } from '../summary.ts';
import { cleanLine } from '../terminal-text.ts';
import { createTicker } from '../ticker.ts';

const HEARTBEAT_MS = 10_000;
const TEXT_WIDTH = 100;

/** For logs: lines are written once and never changed. */
export const plain: Reporter = {
  id: 'plain',
  describe: 'Text, line by line, for logs of CI services and for pipes.',
  destination: 'output',
  open: async (target) => openPlain(target),
};

function openPlain(target: ReportTarget): OpenReport {
  const style = createStyle({ env: target.env, isTty: target.out.isTTY === true });
  const place = { style, width: TEXT_WIDTH, files: target.files };
  let view: RunView = emptyRun;
  let lastLineAt = target.clock.monotonicMs();

  const print = (lines: readonly string[]): void => {
    if (lines.length === 0) return;
    target.out.write(`${lines.join('\n')}\n`);
    lastLineAt = target.clock.monotonicMs();
  };

  /** Says that a silent run is alive, and at what. */
  const beat = (): void => {
    if (target.clock.monotonicMs() - lastLineAt < HEARTBEAT_MS) return;
    const running = view.steps.filter(({ state }) => state === 'running');
    print(running.map((step) => `  ${titleOf(step)}: ${renderRunning(step)}`));
  };
  const ticker = createTicker(target.clock, HEARTBEAT_MS, beat);

  const titleOf = (step: StepView): string => `${step.kind} ${nameStep(step, view)}`;

  const renderRunning = (step: StepView): string => {
    const elapsedMs = target.clock.now().getTime() - Date.parse(step.startedAt ?? '');
    const cases = step.runningCases.map(({ id }) => cleanLine(id)).join(', ');
    return `running for ${renderDuration(elapsedMs)}: ${cases === '' ? describeProgress(step) : cases}`;
  };

  const renderCaseLines = (step: StepView, each: Case): readonly string[] => {
    const title = `${titleOf(step)} ${style.symbols.arrow} ${cleanLine(each.id)}`;
    if (isFailure(each) || isWarning(each)) return renderCase(each, title, place);
    const told = each.verdict === 'skip' ? `skipped: ${each.reason ?? ''}` : each.message;
    const time = renderDuration(each.durationMs);
    return [
      `${verdictMark(style, each.verdict)} ${title}  ${time}  ${style.faint(cleanLine(told))}`,
    ];
  };

  const renderFinished = (step: StepView): readonly string[] => {
    if (step.state === 'running') return [];
    const failure = renderStepFailure(step, place);
    const result = failure.length > 0 ? step.state : describeResult(step);
    const parts = [style.strong(titleOf(step)), timeOf(step), result];
    const line = `${stateMark(style, step.state)} ${parts.filter((part) => part !== '').join('  ')}`;
    return [line, ...failure];
  };

  const render = (event: RunEvent): readonly string[] => {
    if (event.type === 'run.started') {
      return [style.faint(`seatrial ${event.command} of ${event.project}, run ${event.runId}`)];
    }
    if (event.type === 'notice') return [`${style.warning('note')} ${cleanLine(event.message)}`];
    const step = view.steps.find(({ id }) => 'step' in event && id === event.step);
    if (step === undefined) return [];
    if (event.type === 'step.started')
      return [`  ${titleOf(step)} starts: ${cleanLine(event.why)}`];
    if (event.type === 'case.finished') return renderCaseLines(step, event.case);
    return event.type === 'step.finished' ? renderFinished(step) : [];
  };

  return {
    onEvent: (event) => {
      view = fold(view, event);
      print(render(event));
      if (view.steps.some(({ state }) => state === 'running')) ticker.start();
      else ticker.stop();
    },
    close: async () => {
      ticker.stop();
      print(renderSummary(view, place));
    },
  };
}
