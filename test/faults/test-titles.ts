/** Whether a file of tests has a test of this name that runs: `title`, or `group > title`. */
export function hasTest(source: string, name: string): boolean {
  const titles = name.split(' > ');
  return titles.every((title, index) => {
    const functions = index === titles.length - 1 ? '(?:test|it)' : 'describe';
    // `test('…'`, `test.each(rows)('…'`, `test.each<Row>([…])(\n'…'`; never `test.skip('…'`.
    const call = String.raw`(?:^|\n)\s*${functions}(?:\.(?!skip|todo|only)\w+)*`;
    const table = String.raw`(?:(?:<[^;]*?>)?\((?:(?!\n\s*(?:test|it|describe)\b)[^])*?\))?`;
    return new RegExp(`${call}${table}\\(\\s*${literalOf(title)},`, 'u').test(source);
  });
}

/** As the formatter writes the title: in single quotes unless it holds one. */
function literalOf(title: string): string {
  const text = title.replaceAll(/[.*+?^${}()|[\]\\/]/gu, String.raw`\$&`);
  return `(['"\`])${text}\\1`;
}
