import { shortDigest } from '../kernel/digest.ts';
import { countVerdicts, type Case, type VerdictCount } from '../kernel/verdict.ts';
import type { RunView, StepView } from './run-view.ts';
import { renderDuration } from './duration.ts';
import { cleanLine } from './terminal-text.ts';

/** Name of a step for people: `dynamodb script`, with the platform where the plan has several. */
export function nameStep(step: StepView, view: RunView): string {
  return namePlace([step.image, step.suite, twinPlatform(step, view)]);
}

/** Name of an image for people: `dynamodb`, with the platform where the plan has several. */
export function nameImage(step: StepView, view: RunView): string {
  return namePlace([step.image, twinPlatform(step, view)]);
}

function namePlace(words: readonly (string | undefined)[]): string {
  return cleanLine(words.filter(Boolean).join(' '));
}

function twinPlatform(step: StepView, view: RunView): string {
  const hasTwins = view.steps.some(
    (each) =>
      each.id !== step.id &&
      each.kind === step.kind &&
      each.image === step.image &&
      each.suite === step.suite,
  );
  return hasTwins ? step.platform : '';
}

/** How long a finished step took; empty when it did not run. */
export function timeOf(step: StepView): string {
  if (step.state === 'skipped' || step.startedAt === undefined) return '';
  return renderDuration(step.durationMs ?? 0);
}

/** What came out of a finished step, on one line; empty while it is not finished. */
export function describeResult(step: StepView): string {
  const { state } = step;
  if (state === 'passed') return describePass(step);
  if (state === 'cached') return `cached: ${cleanLine(step.reason ?? 'passed before')}`;
  if (state === 'failed' || state === 'lost') return describeFailure(step);
  if (state === 'waiting' || state === 'running') return '';
  return joinPhrases([state, cleanLine(step.reason ?? '')], ': ');
}

function describePass(step: StepView): string {
  if (step.kind === 'test') return countPhrase(countVerdicts(step.cases));
  if (step.kind === 'ship') return describeShipped(step);
  const cached = step.vertices.filter(({ state }) => state === 'cached').length;
  const layers =
    step.vertices.length > 0 ? `${cached} of ${step.vertices.length} steps cached` : '';
  const image = step.imageId === undefined ? '' : `image ${shortDigest(step.imageId)}`;
  return joinPhrases([image, layers], ', ');
}

function describeShipped(step: StepView): string {
  const [first] = step.refs;
  if (first === undefined) return step.digest ?? '';
  const more = step.refs.length > 1 ? ` and ${step.refs.length - 1} more` : '';
  const what = step.moved.length > 0 ? 'now at' : 'already at';
  return cleanLine(`${first}${more} ${what} ${shortDigest(step.digest ?? '')}`);
}

function describeFailure(step: StepView): string {
  const failed = step.cases.filter(isFailure);
  if (failed.length > 0) {
    const ids = failed.map(({ id }) => cleanLine(id)).join(', ');
    return `${failed.length} of ${step.cases.length} failed: ${ids}`;
  }
  const why = step.error?.message ?? step.reason ?? 'no reason was given';
  return `${step.state}: ${cleanLine(why)}`;
}

/** A case that keeps the gate closed. */
export function isFailure(each: Case): boolean {
  return each.verdict === 'lost' || (each.verdict === 'fail' && each.severity === 'error');
}

/** A case that asks for attention and keeps nothing closed. */
export function isWarning(each: Case): boolean {
  return each.verdict === 'warn' || (each.verdict === 'fail' && each.severity !== 'error');
}

/** `9 passed, 1 warned, 2 skipped`. */
export function countPhrase(count: VerdictCount): string {
  const words = [
    [count.fail, 'failed'],
    [count.lost, 'lost'],
    [count.pass, 'passed'],
    [count.warn, 'warned'],
    [count.skip, 'skipped'],
  ] as const;
  const told = words.flatMap(([number, word]) => (number > 0 ? [`${number} ${word}`] : []));
  return told.length > 0 ? told.join(', ') : 'no cases';
}

/** What a running step does at the moment, on one line. */
export function describeProgress(step: StepView): string {
  const vertex = step.vertices.findLast(({ state }) => state === 'started');
  if (vertex !== undefined) return cleanLine(vertex.name);
  const effect = step.openEffects.at(-1);
  if (effect !== undefined) return cleanLine(effect);
  if (step.cases.length > 0) return countPhrase(countVerdicts(step.cases));
  const line = step.output.findLast(({ text }) => text.trim() !== '');
  return cleanLine(line?.text ?? step.why ?? '');
}

function joinPhrases(phrases: readonly string[], separator: string): string {
  return phrases.filter((phrase) => phrase !== '').join(separator);
}
