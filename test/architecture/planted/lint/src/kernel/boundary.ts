export function untyped(a) {
  return [a];
}
