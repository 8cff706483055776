import { didYouMean } from '../../../config/suggestion.ts';
import { CiError } from '../../errors.ts';
import { parametersOf, problemOfValue } from '../parameters.ts';
import { isPipelineValue } from '../pipeline-values.ts';
import type { Plain } from '../tree.ts';
import type { Unit } from '../unit.ts';
import { scalarOf } from './scope.ts';

/**
 * Pipeline parameters from `name=value`, with the types that the file declares.
 * @throws {CiError} CI_OPTION_INVALID
 */
export function parseParameters(given: readonly string[], unit: Unit): ReadonlyMap<string, Plain> {
  const declared = parametersOf(unit.root);
  return new Map(
    given.map((text) => {
      const [name, written] = split(text, '--parameter');
      const parameter = declared.get(name);
      if (parameter === undefined) {
        throw new CiError('CI_OPTION_INVALID', `the file declares no parameter \`${name}\``, {
          hint: didYouMean(name, declared.keys()) ?? 'Declare it under `parameters`.',
        });
      }
      const value = parameter.type === 'string' ? written : toPlain(written);
      const problem = problemOfValue(scalarOf(value, parameter.entry.key.origin), parameter);
      if (problem === undefined) return [name, value];
      const message = `the parameter \`${name}\` is ${problem.actual}, expected ${problem.expected}`;
      throw new CiError('CI_OPTION_INVALID', message);
    }),
  );
}

/** Values of the pipeline from `pipeline.git.branch=value`. @throws {CiError} CI_OPTION_INVALID */
export function parseValues(given: readonly string[]): ReadonlyMap<string, Plain> {
  return new Map(
    given.map((text) => {
      const [name, written] = split(text, '--value');
      if (isPipelineValue(name)) return [name, toPlain(written)];
      throw new CiError('CI_OPTION_INVALID', `there is no pipeline value \`${name}\``);
    }),
  );
}

function split(text: string, option: string): readonly [name: string, value: string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new CiError('CI_OPTION_INVALID', `\`${option} ${text}\` is not of the form name=value`);
}

function toPlain(written: string): Plain {
  if (written === 'true' || written === 'false') return written === 'true';
  return /^-?\d{1,15}$/u.test(written) ? Number(written) : written;
}
