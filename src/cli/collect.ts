/** For an option that may be repeated: its values, in the order in which they were given. */
export function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
