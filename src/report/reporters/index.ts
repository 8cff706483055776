import { ReportError } from '../errors.ts';
import type { Reporter } from '../reporter.ts';
import { github } from './github.ts';
import { html } from './html.ts';
import { json } from './json.ts';
import { junit } from './junit.ts';
import { live } from './live.ts';
import { markdown } from './markdown.ts';
import { plain } from './plain.ts';
import { sarif } from './sarif.ts';
import { tap } from './tap.ts';

/** All reporters. A new one is a file in this folder and a line here. */
export const reporters: readonly Reporter[] = Object.freeze([
  live,
  plain,
  json,
  junit,
  github,
  html,
  markdown,
  tap,
  sarif,
]);

/** @throws {ReportError} REPORTER_UNKNOWN when there is none of that id */
export function findReporter(id: string): Reporter {
  const reporter = reporters.find((each) => each.id === id);
  if (reporter !== undefined) return reporter;
  const ids = reporters.map((each) => each.id).join(', ');
  throw new ReportError('REPORTER_UNKNOWN', `There is no reporter ${JSON.stringify(id)}.`, {
    hint: `Use one of: ${ids}.`,
    details: { id },
  });
}
