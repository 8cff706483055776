import type { Option } from 'commander';
import type { DefineOptions } from './command.ts';

/** `--format` of a command that answers with text or with one JSON object. */
export function formatOption({ Option: Type }: Pick<DefineOptions, 'Option'>): Option {
  return new Type('-f, --format <format>', 'form of the output')
    .choices(['text', 'json'])
    .default('text');
}
