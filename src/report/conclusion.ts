import type { StepKind } from '../kernel/run-events.ts';
import { renderDuration } from './duration.ts';
import type { RunView, StepView } from './run-view.ts';
import { isFailure, nameStep } from './step-text.ts';
import { cleanLine } from './terminal-text.ts';

/** How the run ended, in one line that needs no knowledge of the tool. */
export function conclude(view: RunView): string {
  const { end } = view;
  if (end === undefined)
    return 'The run did not finish: its process ended before it could say how.';
  const time = renderDuration(end.durationMs);
  if (end.outcome === 'passed') return concludePass(view, time);
  if (end.outcome === 'cancelled') return `Cancelled after ${time}. ${nothingShipped(view)}`.trim();
  const culprits = describeCulprits(view) || cleanLine(end.error?.message ?? 'no reason was given');
  if (end.outcome === 'lost') {
    return `Undecided after ${time}, because of the environment and not of an image: ${culprits}. ${nothingShipped(view)}`.trim();
  }
  return `Failed after ${time}: ${culprits}. ${nothingShipped(view)}`.trim();
}

function concludePass(view: RunView, time: string): string {
  const { steps } = view;
  if (steps.length === 0) return `Passed in ${time}: there was nothing to do.`;
  if (steps.every(({ state }) => state === 'cached')) {
    return `Nothing changed: all ${steps.length} steps had passed before. Done in ${time}.`;
  }
  const phrases = [
    phrase(steps, 'build', ['image built', 'images built']),
    phrase(steps, 'test', ['suite passed', 'suites passed']),
    phrase(steps, 'ship', ['image shipped', 'images shipped']),
  ].filter((each) => each !== '');
  const done = phrases.length > 0 ? phrases.join(', ') : 'every step was skipped';
  return `Passed in ${time}: ${done}.`;
}

function phrase(
  steps: readonly StepView[],
  kind: StepKind,
  [one, many]: readonly [string, string],
): string {
  const ofKind = steps.filter((step) => step.kind === kind);
  const done = ofKind.filter(({ state }) => state === 'passed' || state === 'cached').length;
  const cached = ofKind.filter(({ state }) => state === 'cached').length;
  if (done === 0) return '';
  const note = cached > 0 ? ` (${cached === done ? 'all' : cached} from an earlier run)` : '';
  // In a run that passed, a test is skipped for one reason: its platform is declared untested.
  const untested = kind === 'test' ? ofKind.filter(({ state }) => state === 'skipped').length : 0;
  return `${done} ${done === 1 ? one : many}${note}${untested > 0 ? `, ${untested} skipped as untested` : ''}`;
}

function describeCulprits(view: RunView): string {
  const culprits = view.steps.filter(({ state }) => state === 'failed' || state === 'lost');
  const told = culprits.slice(0, 3).map((step) => {
    const ids = step.cases.filter(isFailure).map(({ id }) => cleanLine(id));
    const cases =
      ids.length > 0 ? ` (${ids.slice(0, 3).join(', ')}${ids.length > 3 ? ', …' : ''})` : '';
    return `${step.kind} ${nameStep(step, view)}${cases}`;
  });
  const more = culprits.length - told.length;
  return told.join('; ') + (more > 0 ? ` and ${more} more` : '');
}

/** Said only where somebody expected a shipment. */
function nothingShipped(view: RunView): string {
  const ships = view.steps.filter(({ kind }) => kind === 'ship');
  if (ships.length === 0) return '';
  const moved = ships.filter((step) => step.moved.length > 0).length;
  if (moved === 0) return 'Nothing was shipped.';
  return `${moved} of ${ships.length} images ${moved === 1 ? 'was' : 'were'} shipped.`;
}
