import {
  AppError,
  exitCodes,
  type ErrorOptionsWithDetails,
  type ErrorTable,
} from '../kernel/errors.ts';
import { renderDiagnostics, sortDiagnostics, type Diagnostic } from './diagnostics.ts';

export const configErrors = {
  CONFIG_SYNTAX: {
    exit: exitCodes.usage,
    meaning: 'The configuration file is no valid YAML, or its module cannot be loaded.',
    hint: 'Correct the marked lines.',
  },
  CONFIG_INVALID: {
    exit: exitCodes.usage,
    meaning: 'The configuration has unknown keys, wrong types or values that cannot be meant.',
    hint: 'Correct the marked lines; `docs/reference/configuration.md` lists every key.',
  },
  CONFIG_AMBIGUOUS: {
    exit: exitCodes.usage,
    meaning: 'A folder has more than one configuration file.',
    hint: 'Keep one of them, or choose with `--config`.',
  },
  CONFIG_UNREADABLE: {
    exit: exitCodes.usage,
    meaning: 'The configuration file is there and cannot be read as text.',
    hint: 'Make it a readable UTF-8 file of at most 1 MiB.',
  },
  CONFIG_NOT_FOUND: {
    exit: exitCodes.usage,
    meaning: 'The file given with `--config` does not exist.',
    hint: 'Check the path given with `--config`; it is relative to the current folder.',
  },
} as const satisfies ErrorTable;

export type ConfigErrorCode = keyof typeof configErrors;

export interface ConfigErrorOptions extends ErrorOptionsWithDetails {
  /** What was found and where; already part of the message when `configErrorOf` made the error. */
  readonly diagnostics?: readonly Diagnostic[] | undefined;
}

export class ConfigError extends AppError<ConfigErrorCode> {
  /** Everything that was found, sorted by place. Empty when the file itself is the problem. */
  readonly diagnostics: readonly Diagnostic[];

  constructor(code: ConfigErrorCode, message: string, options: ConfigErrorOptions = {}) {
    super(configErrors, { code, message }, options);
    this.diagnostics = sortDiagnostics(options.diagnostics ?? []);
  }
}

/** An error whose message is all the diagnostics. */
export function configErrorOf(
  code: ConfigErrorCode,
  diagnostics: readonly Diagnostic[],
  options: ConfigErrorOptions = {},
): ConfigError {
  return new ConfigError(code, messageOfDiagnostics(diagnostics), { ...options, diagnostics });
}

/** A heading with the count, and every diagnostic. */
export function messageOfDiagnostics(diagnostics: readonly Diagnostic[]): string {
  const count = diagnostics.length === 1 ? '1 problem' : `${diagnostics.length} problems`;
  const files = [...new Set(diagnostics.map(({ file }) => file))].join(' and ');
  return `${count} in ${files}\n\n${renderDiagnostics(diagnostics)}`;
}
