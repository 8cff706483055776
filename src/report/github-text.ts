import type { RunView } from './run-view.ts';
import { isFailure, isWarning, nameStep } from './step-text.ts';
import { cleanLine, cleanText } from './terminal-text.ts';

/**
 * One command of a workflow. The escapes keep text from ending the command or beginning another.
 * @see https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
 */
function renderAnnotation(level: 'error' | 'warning', title: string, message: string): string {
  return `::${level} title=${escapeProperty(cleanLine(title))}::${escapeData(cleanText(message))}`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** An annotation per failure and warning, and one per step that failed without a case. */
export function renderAnnotations(view: RunView): readonly string[] {
  return view.steps.flatMap((step) => {
    const title = `${step.kind} ${nameStep(step, view)}`;
    const told = step.cases
      .filter((each) => isFailure(each) || isWarning(each))
      .map((each) =>
        renderAnnotation(
          isFailure(each) ? 'error' : 'warning',
          `${title}: ${each.id}`,
          [each.message, each.reason, each.fix].filter((part) => part !== undefined).join('\n'),
        ),
      );
    const isBroken = step.state === 'failed' || step.state === 'lost';
    if (!isBroken || step.cases.some(isFailure)) return told;
    const message = [step.error?.message ?? step.reason ?? step.state, step.error?.hint ?? ''];
    return [...told, renderAnnotation('error', title, message.join('\n').trim())];
  });
}
