/** `0.4 s`, `12 s`. */
export function renderSeconds(ms: number): string {
  const seconds = ms / 1000;
  return seconds < 10 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds)} s`;
}

/** `512 B`, `1.4 MB`. */
export function renderSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 ** 2) return `${(bytes / 1024).toFixed(1)} kB`;
  return `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}

/** An image may EXPOSE 65 535 ports. */
const MOST_ITEMS = 20;

/** `a`, `a and b`, `a, b and c`; of very many the first ones and the number of the others. */
export function renderList(items: readonly (string | number)[]): string {
  if (items.length < 2) return items.join('');
  if (items.length > MOST_ITEMS) {
    return `${items.slice(0, MOST_ITEMS).join(', ')} and ${items.length - MOST_ITEMS} more`;
  }
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** The last lines of a log, without trailing white space. */
export function lastLines(log: string, count = 8): string {
  return log.trimEnd().split('\n').slice(-count).join('\n');
}

/** The first lines of a list as text, and how many more there are. */
export function renderLines(lines: readonly string[], most = MOST_ITEMS): string {
  const more = lines.length - most;
  return [...lines.slice(0, most), ...(more > 0 ? [`and ${String(more)} more`] : [])].join('\n');
}
