/**
 * The paths of gjson, as far as tests of services use them: keys, `*` and `?`, indexes, `#`, queries and the modifiers
 * that only look. Anything else is a problem, not a guess.
 * @see https://github.com/tidwall/gjson/blob/v1.18.0/SYNTAX.md
 */
export type GjsonStep =
  | { readonly kind: 'key'; readonly name: string; readonly isMet: (key: string) => boolean }
  /** `#`: how many there are, or, with something after it, that of each. */
  | { readonly kind: 'each' }
  | { readonly kind: 'query'; readonly query: GjsonQuery }
  | { readonly kind: 'modifier'; readonly name: GjsonModifier };

export interface GjsonQuery {
  /** Path inside of each item; empty for the item itself. */
  readonly steps: readonly GjsonStep[];
  /** Absent: the path must exist. */
  readonly operator?: GjsonOperator | undefined;
  /** A text, number, truth value or null, as JSON. */
  readonly operand?: string | number | boolean | null | undefined;
  /** `#(…)#`: all that meet it, and not only the first. */
  readonly isAll: boolean;
}

export const gjsonModifiers = [
  'this',
  'keys',
  'values',
  'reverse',
  'flatten',
  'valid',
  'tostr',
  'fromstr',
] as const;
export type GjsonModifier = (typeof gjsonModifiers)[number];

const OPERATORS = ['==', '!=', '<=', '>=', '!%', '<', '>', '%', '='] as const;
export type GjsonOperator = (typeof OPERATORS)[number];

export type GjsonPath = { readonly steps: readonly GjsonStep[] } | { readonly problem: string };

export function compileGjsonPath(path: string): GjsonPath {
  const parts = splitPath(path);
  if (parts === undefined) return { problem: 'has a bracket that is not closed' };
  const steps: GjsonStep[] = [];
  for (const part of parts) {
    const step = toStep(part);
    if ('problem' in step) return step;
    steps.push(step);
  }
  return { steps };
}

/** At `.` and `|`, but not inside of a query. Absent for a query without an end. */
function splitPath(path: string): readonly string[] | undefined {
  const parts = [''];
  let depth = 0;
  for (let at = 0; at < path.length; at += 1) {
    const character = path[at] ?? '';
    if (character === '\\') {
      parts.push(`${parts.pop() ?? ''}${path.slice(at, at + 2)}`);
      at += 1;
      continue;
    }
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (depth === 0 && (character === '.' || character === '|')) parts.push('');
    else parts.push(`${parts.pop() ?? ''}${character}`);
  }
  return depth === 0 ? parts : undefined;
}

function toStep(part: string): GjsonStep | { readonly problem: string } {
  if (part === '#') return { kind: 'each' };
  if (part.startsWith('#(')) return toQuery(part);
  if (part.startsWith('@')) {
    const name = gjsonModifiers.find((each) => part === `@${each}`);
    if (name !== undefined) return { kind: 'modifier', name };
    return { problem: `has the modifier \`${part}\`, which Seatrial does not evaluate` };
  }
  if (/^[[{!]/u.test(part)) {
    return { problem: `makes a new value with \`${part}\`, which Seatrial does not evaluate` };
  }
  const name = part.replaceAll(/\\(.)/gu, '$1');
  const isPlain = !/(?<!\\)[*?]/u.test(part);
  const pattern = isPlain ? undefined : toExpression(part);
  return {
    kind: 'key',
    name,
    isMet: (key) => (pattern === undefined ? key === name : pattern.test(key)),
  };
}

function toQuery(part: string): GjsonStep | { readonly problem: string } {
  const [, inside, all] = /^#\((.*)\)(#?)$/su.exec(part) ?? [];
  if (inside === undefined) return { problem: `has the query \`${part}\`, which has no end` };
  const operator = OPERATORS.map((each) => ({ each, at: inside.indexOf(each) }))
    .filter(({ at }) => at !== -1)
    .toSorted((a, b) => a.at - b.at || b.each.length - a.each.length)[0];
  const path = compileGjsonPath(
    (operator === undefined ? inside : inside.slice(0, operator.at)).trim(),
  );
  if ('problem' in path) return path;
  const isItself =
    path.steps.length === 1 && path.steps[0]?.kind === 'key' && path.steps[0].name === '';
  const query = { steps: isItself ? [] : path.steps, isAll: all === '#' };
  if (operator === undefined) return { kind: 'query', query };
  const operand = inside.slice(operator.at + operator.each.length).trim();
  if (operand.startsWith('~')) {
    return { problem: `has the operand \`${operand}\`, which Seatrial does not evaluate` };
  }
  return {
    kind: 'query',
    query: { ...query, operator: operator.each, operand: toOperand(operand) },
  };
}

function toOperand(text: string): string | number | boolean | null {
  if (text === 'true' || text === 'false') return text === 'true';
  if (text === 'null') return null;
  if (/^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/u.test(text)) return Number(text);
  return text.startsWith('"') ? text.slice(1).replace(/"$/u, '').replaceAll(/\\(.)/gu, '$1') : text;
}

/** `*` is any text, `?` any character; `\` takes their meaning away. */
export function toExpression(pattern: string): RegExp {
  const source = pattern.replaceAll(/\\.|./gsu, (each: string) => {
    if (each === '*') return '.*';
    if (each === '?') return '.';
    return (each[1] ?? each).replaceAll(/[$()*+./?[\\\]^{|}-]/gu, String.raw`\$&`);
  });
  return new RegExp(`^${source}$`, 'su');
}
