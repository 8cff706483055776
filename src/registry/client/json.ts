/** JSON of bytes; absent when it is none. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    // The caller's schema says what is wrong.
    return undefined;
  }
}
