import { didYouMean } from '../../../config/suggestion.ts';
import { problemOfValue, type Parameter } from '../parameters.ts';
import { nameOf, type Entry, type Origin } from '../tree.ts';
import { report, type CheckContext } from './check.ts';

export interface Call {
  readonly kind: 'job' | 'command' | 'executor';
  readonly name: string;
  /** Where it is called. */
  readonly origin: Origin;
  readonly given: readonly Entry[];
  readonly parameters: ReadonlyMap<string, Parameter>;
  /** Names that are given in another way, or are no arguments. */
  readonly others: ReadonlySet<string>;
}

/** Whether what is called gets what it needs, and nothing else. */
export function checkArguments(call: Call, context: CheckContext): void {
  const names = new Set(call.given.map(nameOf));
  const missing = [...call.parameters.values()].filter(
    ({ name, defaultValue }) =>
      defaultValue === undefined && !names.has(name) && !call.others.has(name),
  );
  if (missing.length > 0) {
    const list = missing.map(({ name }) => name).join(', ');
    report(context, call, {
      code: 'missing-argument',
      message: `The ${call.kind} \`${call.name}\` needs ${missing.map(({ name }) => `\`${name}\``).join(' and ')}.`,
      official: `Error calling ${call.kind}: '${call.name}'\nMissing required argument(s): ${list}`,
      suggestion: `Give it under \`${call.name}:\`, or give the parameter a default.`,
    });
  }
  for (const entry of call.given) checkArgument(entry, call, context);
}

function checkArgument(entry: Entry, call: Call, context: CheckContext): void {
  const name = nameOf(entry);
  const parameter = call.parameters.get(name);
  if (parameter === undefined) {
    if (call.others.has(name)) return;
    report(context, entry.key, {
      code: 'unexpected-argument',
      message: `The ${call.kind} \`${call.name}\` has no parameter \`${name}\`.`,
      official: `Error calling ${call.kind}: '${call.name}'\nUnexpected argument(s): ${name}`,
      suggestion: didYouMean(name, [...call.parameters.keys(), ...call.others]),
    });
    return;
  }
  const problem = problemOfValue(entry.value, parameter);
  if (problem === undefined) return;
  report(context, entry.value.kind === 'scalar' ? entry.value : entry.key, {
    code: 'argument-type',
    message: `\`${name}\` of the ${call.kind} \`${call.name}\` is ${problem.actual}, expected ${problem.expected}.`,
    official: `Error calling ${call.kind}: '${call.name}'\nType error for argument ${name}: expected ${problem.expected.replace('type ', 'type: ')}`,
    suggestion: problem.suggestion,
  });
}
