const MOST_LINES = 40;
const MOST_CHARS = 8000;

/** As much of the end of a text as a person reads who looks for the cause of a failure. */
export function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-MOST_LINES).join('\n').slice(-MOST_CHARS);
}
