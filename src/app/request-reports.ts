import { join, relative, resolve } from 'node:path';
import type { ReportRequest } from '../report/open-reports.ts';
import { findReporter } from '../report/reporters/index.ts';
import type { AppHost } from './app-host.ts';
import { CommandError } from './errors.ts';
import type { OpenProject } from './open-project.ts';
import { STATE_FOLDER } from './state-folder.ts';

export interface ReportFlags {
  /** `auto`: `live` on a terminal, `plain` elsewhere. */
  readonly format: string;
  /** `kind=path`, relative to the current folder. */
  readonly report: readonly string[];
}

/** What a run of a project is told as: on the output, in files that were asked for, and in `.seatrial/reports`. */
export function requestReports(
  host: AppHost,
  { project, ci }: OpenProject,
  flags: ReportFlags,
): readonly ReportRequest[] {
  const folder = join(project.folder, STATE_FOLDER, 'reports');
  return [
    ...outputReports(host, flags),
    fileReport(host, 'junit', join(folder, 'junit.xml')),
    fileReport(host, 'html', join(folder, 'report.html')),
    ...(ci.provider === 'github' && flags.format !== 'json'
      ? [{ reporter: findReporter('github') }]
      : []),
  ];
}

/** @throws {CommandError} OPTION_INVALID; {ReportError} REPORTER_UNKNOWN */
export function outputReports(host: AppHost, flags: ReportFlags): readonly ReportRequest[] {
  const onTerminal = host.stdout.isTTY === true && host.env['CI'] === undefined;
  const id = flags.format === 'auto' ? (onTerminal ? 'live' : 'plain') : flags.format;
  return [{ reporter: findReporter(id) }, ...flags.report.map((text) => parseReport(host, text))];
}

function parseReport(host: AppHost, text: string): ReportRequest {
  const separator = text.indexOf('=');
  if (separator <= 0 || separator === text.length - 1)
    throw new CommandError(
      'OPTION_INVALID',
      `--report takes kind=path, as in junit=report.xml, not ${JSON.stringify(text)}`,
    );
  return fileReport(host, text.slice(0, separator), resolve(host.cwd, text.slice(separator + 1)));
}

/** A report in a file, which people are told of as seen from where they are. */
function fileReport(host: AppHost, id: string, path: string): ReportRequest {
  return { reporter: findReporter(id), path, shownAs: relative(host.cwd, path) };
}
