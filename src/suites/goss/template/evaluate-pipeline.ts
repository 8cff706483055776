import { didYouMean } from '../../../config/suggestion.ts';
import { isRecord, printValue } from '../matchers/values.ts';
import { functionBeyond, templateFunctions } from './template-functions.ts';
import { CallProblem, TemplateProblem } from './template-problem.ts';
import type { Command, Pipeline, Term } from './template-tree.ts';
import { isTrue, MOST_CHARS, type TemplateData } from './template-values.ts';

export interface Scope {
  readonly dot: unknown;
  /** Those of the blocks around it are seen and can be assigned to. */
  readonly variables: Map<string, unknown>;
  readonly outer?: Scope | undefined;
}

export function innerScope(outer: Scope, dot: unknown): Scope {
  return { dot, variables: new Map(), outer };
}

export function assign(
  { variables, isAssignment, offset }: Pipeline,
  value: unknown,
  scope: Scope,
): void {
  const [name] = variables;
  if (name === undefined) return;
  const holder = isAssignment ? holderOf(name, scope, offset) : scope;
  holder.variables.set(name, value);
}

/** Goss would write `<no value>` for nothing, which no one means. */
export function textOf(value: unknown): string {
  return value === null || value === undefined ? '<no value>' : printValue(value);
}

function holderOf(name: string, scope: Scope, offset: number): Scope {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
    if (at.variables.has(name)) return at;
  }
  throw new TemplateProblem(
    offset,
    `There is no variable \`${name}\` here.`,
    'Declare it with `:=`.',
  );
}

/** @throws {TemplateProblem} */
export function evaluate(pipeline: Pipeline, scope: Scope, data: TemplateData): unknown {
  let piped: readonly unknown[] = [];
  for (const command of pipeline.commands)
    piped = [evaluateCommand(command, { scope, data, piped })];
  return piped[0];
}

interface Call {
  readonly scope: Scope;
  readonly data: TemplateData;
  /** The value of the command before, which becomes the last argument. */
  readonly piped: readonly unknown[];
}

function evaluateCommand({ terms, offset }: Command, call: Call): unknown {
  const [first, ...args] = terms;
  if (first?.kind !== 'function') {
    if (first === undefined || args.length > 0 || call.piped.length > 0) {
      const at = args[0]?.offset ?? offset;
      throw new TemplateProblem(at, 'A value takes no arguments; only a function does.');
    }
    return evaluateTerm(first, call);
  }
  return evaluateFunction(first, args, call);
}

function evaluateFunction(
  { name, offset, fields }: Extract<Term, { kind: 'function' }>,
  args: readonly Term[],
  call: Call,
): unknown {
  // These look at no more arguments than they need.
  if (name === 'and' || name === 'or') return evaluateLogic(name, args, call);
  const found = Object.hasOwn(templateFunctions, name) ? templateFunctions[name] : undefined;
  if (found === undefined) {
    const { message, suggestion } = functionBeyond(name);
    throw new TemplateProblem(offset, message, suggestion);
  }
  const values = [...args.map((arg) => evaluateTerm(arg, call)), ...call.piped];
  try {
    const value = found(values, call.data);
    if (typeof value === 'string' && value.length > MOST_CHARS) {
      throw new CallProblem('makes a text of more than 4 MiB');
    }
    return lookUp(value, fields, { offset, data: call.data });
  } catch (error) {
    if (!(error instanceof CallProblem)) throw error;
    throw new TemplateProblem(offset, `\`${name}\` ${error.message}.`);
  }
}

function evaluateLogic(name: 'and' | 'or', args: readonly Term[], call: Call): unknown {
  let value: unknown = null;
  for (const arg of args) {
    value = evaluateTerm(arg, call);
    if (isTrue(value) === (name === 'or')) return value;
  }
  return call.piped.length > 0 ? call.piped[0] : value;
}

function evaluateTerm(term: Term, call: Call): unknown {
  const { scope, data } = call;
  const place = { offset: term.offset, data };
  switch (term.kind) {
    case 'literal':
      return term.value;
    case 'dot':
      return lookUp(scope.dot, term.fields, place);
    case 'variable':
      return lookUp(
        holderOf(term.name, scope, term.offset).variables.get(term.name),
        term.fields,
        place,
      );
    case 'pipeline':
      return lookUp(evaluate(term.pipeline, scope, data), term.fields, place);
    case 'function':
      return evaluateFunction(term, [], { scope, data, piped: [] });
  }
}

interface LookUpPlace {
  readonly offset: number;
  readonly data: TemplateData;
}

/** A missing key is an error, as goss has set it. */
function lookUp(value: unknown, fields: readonly string[], { offset, data }: LookUpPlace): unknown {
  let current = value;
  for (const field of fields) {
    if (!isRecord(current)) {
      const message = `\`.${field}\` is asked of ${textOf(current)}, which is no map.`;
      throw new TemplateProblem(offset, message);
    }
    if (!Object.hasOwn(current, field)) {
      const suggestion = adviceOnField(field, current, data);
      throw new TemplateProblem(offset, `There is no \`.${field}\` here.`, suggestion);
    }
    current = current[field];
  }
  return current;
}

function adviceOnField(
  field: string,
  map: Readonly<Record<string, unknown>>,
  data: TemplateData,
): string | undefined {
  if (map === data.env) return data.adviceOnEnv(field);
  const meant = didYouMean(field, Object.keys(map));
  if (meant !== undefined || map !== data.vars) return meant;
  return `Set \`${field}\` in a file that \`suites.goss.vars\` names.`;
}
