import { RE2JS } from 're2js';
import { messageOf } from '../kernel/errors.ts';

/**
 * What is wrong with a regular expression of the configuration; absent when it can be used.
 * @see https://github.com/google/re2/wiki/Syntax
 */
export function problemOfExpression(source: string): string | undefined {
  try {
    RE2JS.compile(source);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
