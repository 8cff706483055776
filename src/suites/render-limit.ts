/** A time limit as a person would write it: `5 min`, `1.5 s`. */
export function renderLimit(ms: number): string {
  return ms % 60_000 === 0 ? `${String(ms / 60_000)} min` : `${String(ms / 1000)} s`;
}
