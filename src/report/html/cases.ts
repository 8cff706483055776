import { verdicts, type Case, type Verdict } from '../../kernel/verdict.ts';
import { renderDuration } from '../duration.ts';
import { markup, type Markup } from '../markup.ts';
import type { RunView, StepView } from '../run-view.ts';
import { isFailure, isWarning, nameStep } from '../step-text.ts';
import { cleanText } from '../terminal-text.ts';

interface PlacedCase {
  readonly step: StepView;
  readonly place: string;
  readonly each: Case;
}

/** Failures before warnings before the rest: what needs eyes is on top. */
function allCases(view: RunView): readonly PlacedCase[] {
  const order = ({ each }: PlacedCase): number => (isFailure(each) ? 0 : isWarning(each) ? 1 : 2);
  return view.steps
    .flatMap((step) => {
      const place = nameStep(step, view);
      return step.cases.map((each) => ({ step, place, each }));
    })
    .sort((a, b) => order(a) - order(b));
}

/** What keeps the gate closed, in full: cases first, then steps that failed without one. */
export function renderFailures(view: RunView): Markup {
  const cards = [
    ...allCases(view)
      .filter(({ each }) => isFailure(each))
      .map(renderCaseCard),
    ...view.steps
      .filter(
        ({ state, cases }) => (state === 'failed' || state === 'lost') && !cases.some(isFailure),
      )
      .map((step) => renderStepCard(step, view)),
  ];
  return cards.length === 0 ? markup`` : markup`<h2>Failures</h2>\n${cards}`;
}

function renderCaseCard({ place, each }: PlacedCase): Markup {
  return markup`<section class="card ${each.verdict}"><h3>${place}: ${each.id}</h3>
<p>${cleanText(each.message)}</p>${renderDetails(each)}</section>
`;
}

function renderStepCard(step: StepView, view: RunView): Markup {
  const { error } = step;
  const output = step.output.map(({ text }) => text).join('\n');
  return markup`<section class="card ${step.state}"><h3>${step.kind} ${nameStep(step, view)}</h3>
<pre>${cleanText(error?.message ?? step.reason ?? step.state)}</pre>${labelled('Fix', error?.hint)}${evidence(output)}</section>
`;
}

function renderDetails(each: Case): Markup {
  return markup`${labelled('Reason', each.reason)}${labelled('Fix', each.fix)}${
    each.command === undefined
      ? undefined
      : markup`<p><span class="label">See it</span> <code>${cleanText(each.command)}</code></p>`
  }${evidence(each.evidence)}`;
}

function labelled(label: string, text: string | undefined): Markup | undefined {
  if (text === undefined) return undefined;
  return markup`<p><span class="label">${label}</span> ${cleanText(text)}</p>`;
}

function evidence(text: string | undefined): Markup | undefined {
  const clean = cleanText(text ?? '').trimEnd();
  return clean === '' ? undefined : markup`<pre>${clean}</pre>`;
}

/** Every case, with filters by verdict and by words. */
export function renderCaseTable(view: RunView): Markup {
  const cases = allCases(view);
  if (cases.length === 0) return markup``;
  const present = verdicts.filter((verdict) => cases.some(({ each }) => each.verdict === verdict));
  return markup`<h2>Cases <span class="faint" id="shown"></span></h2>
<div class="filters" hidden>${present.map(renderFilter)}<input type="search" placeholder="Filter by words" aria-label="Filter by words"></div>
<div class="scroll"><table><thead><tr><th>Verdict</th><th>Image and suite</th><th>Case</th><th class="time">Time</th><th>Found</th></tr></thead><tbody>
${cases.map(renderRow)}</tbody></table></div>
`;
}

function renderFilter(verdict: Verdict): Markup {
  return markup`<label class="${verdict}"><input type="checkbox" data-verdict="${verdict}" checked> ${verdict}</label>`;
}

function renderRow({ place, each }: PlacedCase): Markup {
  const details = renderDetails(each);
  const more =
    details.toString() === ''
      ? undefined
      : markup`<details><summary>details</summary>${details}</details>`;
  return markup`<tr data-verdict="${each.verdict}"><td class="word ${each.verdict}">${each.verdict}</td><td>${place}</td><td>${each.id}</td><td class="time">${renderDuration(each.durationMs)}</td><td>${cleanText(each.message)}${more}</td></tr>
`;
}
