import { compareTexts } from '../../kernel/compare-texts.ts';
import { entriesOf, itemsOf, nameOf, valueOf, type Entry, type Node } from './tree.ts';

/** One combination of the values of a matrix, by name of parameter. */
export type Combination = readonly Entry[];

/** Every combination, without the excluded ones; values in the order in which they are written. */
export function combinationsOf(matrix: Node): readonly Combination[] {
  const parameters = entriesOf(valueOf(matrix, 'parameters'));
  const excluded = itemsOf(valueOf(matrix, 'exclude'));
  let combinations: readonly Combination[] = [[]];
  for (const { key, value } of parameters) {
    combinations = combinations.flatMap((before) =>
      itemsOf(value).map((item) => [...before, { key, value: item }]),
    );
  }
  return combinations.filter((each) => !excluded.some((one) => isSame(each, one)));
}

function isSame(combination: Combination, excluded: Node): boolean {
  const entries = entriesOf(excluded);
  return (
    entries.length === combination.length &&
    combination.every(({ key, value }) => {
      const other = valueOf(excluded, String(key.value));
      return other !== undefined && textOfValue(other) === textOfValue(value);
    })
  );
}

/** `-v1-v2`: the values in the order of the names of their parameters. */
export function suffixOf(combination: Combination): string {
  return combination
    .toSorted((a, b) => compareTexts(nameOf(a), nameOf(b)))
    .map(({ value }) => `-${textOfValue(value)}`)
    .join('');
}

/** How a value stands in a name; a list or map by its name, if it has one. */
export function textOfValue(value: Node): string {
  if (value.kind === 'scalar') return value.value === null ? '' : value.written;
  const name = valueOf(value, 'name');
  return name?.kind === 'scalar' ? name.written : JSON.stringify(value.kind);
}
