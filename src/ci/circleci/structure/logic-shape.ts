import { didYouMean } from '../../../config/suggestion.ts';
import { toPattern } from '../expression/pattern.ts';
import { entriesOf, nameOf, textOf, valueOf, type Entry } from '../tree.ts';
import { isOpen, report, wrongType, type CheckContext, type Slot } from './check.ts';

const OPERATORS = ['and', 'or', 'not', 'equal', 'matches'] as const;
const MOST_DEPTH = 100;

/**
 * A logic statement: a literal, or one of and, or, not, equal, matches.
 * @see https://circleci.com/docs/reference/configuration-reference/#logic-statements
 */
export function checkLogic(slot: Slot, context: CheckContext, depth = 0): void {
  const { node } = slot;
  if (node.kind === 'list') return wrongType(slot, context, 'a logic statement');
  if (node.kind === 'scalar') return;
  if (depth > MOST_DEPTH) {
    report(context, slot, { code: 'logic', message: 'Logic statements nest at most 100 deep.' });
    return;
  }
  const [entry, second] = node.entries;
  if (entry === undefined || second !== undefined) {
    report(context, second?.key ?? slot, {
      code: 'logic',
      message:
        second === undefined
          ? 'This logic statement is empty.'
          : `A logic statement has one key, and \`${nameOf(second)}\` is its second.`,
      suggestion:
        second === undefined ? undefined : 'Put both under `and:`, each as an item of a list.',
    });
    return;
  }
  checkStatement(entry, context, depth);
}

function checkStatement(entry: Entry, context: CheckContext, depth: number): void {
  const name = nameOf(entry);
  const slot = { node: entry.value, name, origin: entry.key.origin };
  if (isOpen(slot, context) && name !== 'matches') return;
  if (name === 'not') return checkLogic(slot, context, depth + 1);
  if (name === 'matches') return checkMatches(slot, context);
  if (name === 'and' || name === 'or' || name === 'equal') {
    return checkItems(slot, context, depth);
  }
  report(context, slot, {
    code: 'logic',
    message: `There is no logic statement \`${name}\`.`,
    suggestion: didYouMean(name, OPERATORS) ?? `There are ${OPERATORS.join(', ')}.`,
  });
}

function checkItems(slot: Slot, context: CheckContext, depth: number): void {
  const { node, name } = slot;
  if (node.kind !== 'list') return wrongType(slot, context, 'a list');
  if (node.items.length === 0) {
    report(context, slot, { code: 'logic', message: `\`${name}\` needs at least one item.` });
  }
  if (name === 'equal') return;
  for (const item of node.items) {
    checkLogic({ node: item, name, origin: item.origin }, context, depth + 1);
  }
}

function checkMatches(slot: Slot, context: CheckContext): void {
  const names = entriesOf(slot.node).map(nameOf);
  if (!names.includes('pattern') || !names.includes('value') || names.length !== 2) {
    report(context, slot, {
      code: 'logic',
      message: '`matches` needs `pattern` and `value`, and nothing else.',
    });
    return;
  }
  const pattern = valueOf(slot.node, 'pattern');
  if (pattern === undefined || isOpen({ node: pattern }, context)) return;
  checkPattern({ node: pattern, name: 'pattern', origin: pattern.origin }, context);
}

/** The compiler takes expressions of Java; what RE2 does not know too is only said to be so. */
export function checkPattern(slot: Slot, context: CheckContext, source = textOf(slot.node)): void {
  if (source === undefined || toPattern(source) !== undefined) return;
  const isForeign = /\(\?[=!<]|\\[1-9]/u.test(source);
  report(context, slot.node.kind === 'scalar' ? slot.node : slot, {
    code: 'pattern',
    severity: isForeign ? 'warning' : 'error',
    message: isForeign
      ? `\`${source}\` looks around or back, which not every part of CircleCI can.`
      : `\`${source}\` is no regular expression.`,
  });
}
