/**
 * What a token is to allow.
 * @see https://distribution.github.io/distribution/spec/auth/scope/
 */
export function pullScope(name: string): string {
  return `repository:${name}:pull`;
}

export function pushScope(name: string): string {
  return `repository:${name}:pull,push`;
}

export function deleteScope(name: string): string {
  return `repository:${name}:pull,push,delete`;
}
