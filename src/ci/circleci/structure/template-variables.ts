import { didYouMean } from '../../../config/suggestion.ts';
import { describeProblem } from '../expression/expression-error.ts';
import { evaluateExpression, variablesOf } from '../expression/evaluate.ts';
import { isPipelineValue, pipelineValues } from '../pipeline-values.ts';
import { hasTemplate, parseTemplate, type TemplatePart } from '../template.ts';
import { originInside, type Node, type Origin, type Scalar } from '../tree.ts';
import { report, type CheckContext } from './check.ts';

/** Names that `<< >>` can use where the text stands. */
export interface TemplateScope {
  /** With their prefix: `parameters.tag`, `matrix.os`, `pipeline.parameters.x`. */
  readonly names: ReadonlySet<string>;
  /** Why a name of `pipeline.parameters` is not there, in an orb. */
  readonly isOrb: boolean;
}

/** Every name in every `<< >>` of a value exists, and every expression can be read. */
export function checkTemplates(node: Node, scope: TemplateScope, context: CheckContext): void {
  if (node.kind === 'list') {
    for (const item of node.items) checkTemplates(item, scope, context);
  } else if (node.kind === 'map') {
    for (const entry of node.entries) {
      checkTemplates(entry.key, scope, context);
      checkTemplates(entry.value, scope, context);
    }
  } else if (typeof node.value === 'string' && hasTemplate(node.value)) {
    checkScalar(node, node.value, { scope, context });
  }
}

interface Place {
  readonly scope: TemplateScope;
  readonly context: CheckContext;
  /** Whether the expression stands without `<< >>`. @default false */
  readonly isBare?: boolean | undefined;
}

const ESCAPE = 'If `<<` is meant itself, as for a heredoc, put a backslash before it: `\\<<`.';

function checkScalar(scalar: Scalar, text: string, place: Place): void {
  const { parts, problems } = parseTemplate(text);
  for (const problem of problems) {
    report(
      place.context,
      { origin: originInside(scalar, problem.written) },
      { code: 'template', message: problem.message, suggestion: problem.suggestion },
    );
  }
  checkParts(parts, scalar, place);
}

function checkParts(parts: readonly TemplatePart[], scalar: Scalar, place: Place): void {
  for (const part of parts) {
    if (part.kind === 'text') continue;
    const outer = originInside(scalar, part.written);
    const inner = part.written.indexOf(part.content);
    const isWhole = outer === scalar.origin;
    const origin = isWhole
      ? outer
      : { ...outer, start: outer.start + inner, end: outer.start + inner + part.content.length };
    checkExpression(part.content, origin, place);
    if (part.kind === 'section') checkParts(part.parts, scalar, place);
  }
}

/** @param origin Where the expression stands, without brackets */
export function checkExpression(text: string, origin: Origin, place: Place): void {
  if (/^[\w.-]+$/u.test(text) && !/^\d/u.test(text)) return checkName(text, origin, place);
  const evaluated = evaluateExpression(text, () => null);
  if (!evaluated.ok) {
    const { at, lexeme } = evaluated.problem;
    const start = Math.min(origin.start + at, origin.end);
    const length = Math.max(1, lexeme.length);
    report(
      place.context,
      { origin: { ...origin, start, end: start + length } },
      {
        code: 'expression',
        message: describeProblem(evaluated.problem),
        suggestion:
          environmentHint(lexeme === '$' ? text : lexeme) ??
          (place.isBare === true ? undefined : ESCAPE),
      },
    );
    return;
  }
  for (const { lexeme, at } of variablesOf(text)) {
    const start = origin.start + at;
    checkName(lexeme, { ...origin, start, end: start + lexeme.length }, place);
  }
}

function checkName(name: string, origin: Origin, place: Place): void {
  const { scope, context } = place;
  if (/^(?:true|false|TRUE|FALSE)$/u.test(name) || scope.names.has(name)) return;
  if (isPipelineValue(name)) return;
  report(
    context,
    { origin },
    {
      code: 'unknown-variable',
      message:
        scope.isOrb && name.startsWith('pipeline.parameters.')
          ? `\`${name}\` cannot be used in an orb: an orb sees its own parameters only.`
          : `There is no \`${name}\` here.`,
      official: `Referred to a variable "${name}" that does not exist`,
      suggestion: suggestionFor(name, place),
    },
  );
}

function suggestionFor(name: string, { scope, isBare }: Place): string | undefined {
  const hint = environmentHint(name);
  if (hint !== undefined) return hint;
  const known = [...scope.names, ...pipelineValues.keys()];
  const meant = didYouMean(name, known);
  if (meant !== undefined) return meant;
  const suffix = known.find((each) => each.endsWith(`.${name}`));
  if (suffix !== undefined) return `Did you mean \`${suffix}\`?`;
  if (name.startsWith('parameters.')) {
    return `Declare \`${name.slice('parameters.'.length)}\` under \`parameters\` of this job, command or executor.`;
  }
  return isBare === true ? `To compare with the text, put it into quotes: \`"${name}"\`.` : ESCAPE;
}

function environmentHint(name: string): string | undefined {
  return /^(?:\$|CIRCLE_|env\.)/u.test(name)
    ? 'Environment variables do not exist yet when the file is compiled; use a pipeline value such as `pipeline.git.branch`.'
    : undefined;
}
