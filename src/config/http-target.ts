/** `[METHOD] [PORT]/path`: which request to send to a container. */
export interface HttpTarget {
  readonly method: string;
  /** Absent means: the one port that the image exposes. */
  readonly port?: number | undefined;
  /** Starts with `/`; may hold a query. */
  readonly path: string;
}

/** Reads `GET 8000/health`, `8000/`, `POST /items`. Absent when the text is of no such form. */
export function parseHttpTarget(text: string): HttpTarget | undefined {
  const [, method = 'GET', port, path = ''] =
    /^(?:([A-Z]{3,12}) +)?(\d{1,5})?(\/[\x21-\x7e]*)$/u.exec(text) ?? [];
  if (path === '') return undefined;
  if (port === undefined) return { method, path };
  const number = Number(port);
  return number >= 1 && number <= 65_535 ? { method, port: number, path } : undefined;
}
