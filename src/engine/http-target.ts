import { EngineError } from './errors.ts';

/** What `[METHOD] [PORT]/path` says. */
export interface HttpTarget {
  readonly method: string;
  readonly port: number;
  readonly path: string;
}

/**
 * Reads `/health`, `8080/health`, `POST /items` or `PUT 8080/items?x=1`.
 * @throws {EngineError} READY_SETTING_INVALID when it is of no such form, or has no port and there is no default.
 */
export function parseHttpTarget(text: string, defaultPort: number | undefined): HttpTarget {
  const match = /^(?:([A-Z]+)\s+)?(\d{1,5})?(\/\S*)$/u.exec(text.trim());
  if (!match) throw invalid(text, 'is not of the form [METHOD] [PORT]/path');
  const [, method = 'GET', portText, path = '/'] = match;
  const port = portText === undefined ? defaultPort : Number(portText);
  if (port === undefined) throw invalid(text, 'names no port, and the image exposes none');
  if (port < 1 || port > 65_535) throw invalid(text, `names port ${String(port)}`);
  return { method, port, path };
}

function invalid(text: string, what: string): EngineError {
  return new EngineError('READY_SETTING_INVALID', `HTTP target ${JSON.stringify(text)} ${what}`);
}
