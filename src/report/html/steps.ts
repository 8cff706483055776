import { markup, type Markup } from '../markup.ts';
import type { RunView, StepView } from '../run-view.ts';
import { describeResult, nameStep, timeOf } from '../step-text.ts';
import { cleanText } from '../terminal-text.ts';

/** What was shipped, to be copied. */
export function renderShipped(view: RunView): Markup {
  const rows = view.steps
    .filter(({ kind }) => kind === 'ship')
    .flatMap((step) => step.refs.map((ref) => renderRef(step, ref)));
  if (rows.length === 0) return markup``;
  return markup`<h2>Shipped</h2>
<div class="scroll"><table><thead><tr><th>Reference</th><th>Digest</th><th>Now</th></tr></thead><tbody>
${rows}</tbody></table></div>
`;
}

function renderRef(step: StepView, ref: string): Markup {
  const what = step.moved.includes(ref) ? 'moved' : 'already there';
  return markup`<tr><td><code>${ref}</code></td><td><code>${step.digest}</code></td><td>${what}</td></tr>\n`;
}

/** Every step with its result and why it ran. */
export function renderSteps(view: RunView): Markup {
  if (view.steps.length === 0) return markup``;
  return markup`<h2>Steps</h2>
<div class="scroll"><table><thead><tr><th>State</th><th>Step</th><th class="time">Time</th><th>Result</th><th>Why it ran</th></tr></thead><tbody>
${view.steps.map((step) => renderStep(step, view))}</tbody></table></div>
`;
}

function renderStep(step: StepView, view: RunView): Markup {
  return markup`<tr><td class="word ${step.state}">${step.state}</td><td>${step.kind} ${nameStep(step, view)}</td><td class="time">${timeOf(step)}</td><td>${describeResult(step)}</td><td class="faint">${cleanText(step.why ?? '')}</td></tr>
`;
}

/** What the run had to say besides. */
export function renderNotices(view: RunView): Markup {
  if (view.notices.length === 0) return markup``;
  return markup`<h2>Notes</h2>\n<ul>${view.notices.map(({ message }) => markup`<li>${cleanText(message)}</li>`)}</ul>\n`;
}
