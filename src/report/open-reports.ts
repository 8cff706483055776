import { messageOf } from '../kernel/errors.ts';
import type { RunEvent } from '../kernel/run-events.ts';
import { ReportError } from './errors.ts';
import { openFileOutput } from './file-output.ts';
import type { OpenReport, Reporter, ReportTarget } from './reporter.ts';

export interface ReportRequest {
  readonly reporter: Reporter;
  /** Where to, for a reporter of destination `output` too: then not to the output. */
  readonly path?: string | undefined;
  /** How people find the file. @default `path` */
  readonly shownAs?: string | undefined;
}

/**
 * Several reports as one. A report that fails hinders neither the run nor the other reports.
 * `close` finishes files first, so that the text that names them comes last.
 * @throws {ReportError} REPORT_UNWRITABLE, from `close`, naming each report that failed
 */
export async function openReports(
  requests: readonly ReportRequest[],
  target: Omit<ReportTarget, 'path' | 'files'>,
): Promise<OpenReport> {
  const files = requests.flatMap(({ path, shownAs = path }) => shownAs ?? []);
  const failures: ReportFailure[] = [];
  const attempt = async (request: ReportRequest, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (cause) {
      failures.push({ request, cause });
    }
  };

  const open: { readonly request: ReportRequest; readonly report: OpenReport }[] = [];
  for (const request of requests.toSorted(byDestination)) {
    await attempt(request, async () => {
      open.push({ request, report: await openReport(request, { ...target, files }) });
    });
  }

  const onEvent = (event: RunEvent): void => {
    for (const { request, report } of open) {
      if (failures.some((failure) => failure.request === request)) continue;
      try {
        report.onEvent(event);
      } catch (cause) {
        failures.push({ request, cause });
      }
    }
  };

  return {
    onEvent,
    close: async () => {
      for (const { request, report } of open) {
        await attempt(request, async () => await report.close());
      }
      if (failures.length > 0) throw toError(failures);
    },
  };
}

/** What was written for the output goes to a file when a file was asked for. */
async function openReport(
  { reporter, path }: ReportRequest,
  target: Omit<ReportTarget, 'path'>,
): Promise<OpenReport> {
  if (path === undefined || reporter.destination === 'file')
    return await reporter.open({ ...target, path });
  const file = openFileOutput(path);
  const report = await reporter.open({ ...target, out: file.out });
  return {
    onEvent: (event) => report.onEvent(event),
    close: async () => {
      await report.close();
      await file.save();
    },
  };
}

interface ReportFailure {
  readonly request: ReportRequest;
  readonly cause: unknown;
}

function byDestination(a: ReportRequest, b: ReportRequest): number {
  return order(a) - order(b);
}

function order({ reporter, path }: ReportRequest): number {
  return reporter.destination === 'file' || path !== undefined ? 0 : 1;
}

function toError(failures: readonly ReportFailure[]): ReportError {
  const told = failures.map(({ request, cause }) => {
    const where = request.path === undefined ? '' : ` ${request.path}`;
    return `${request.reporter.id}${where}: ${messageOf(cause)}`;
  });
  return new ReportError('REPORT_UNWRITABLE', `A report was not written: ${told.join('; ')}`, {
    cause: failures[0]?.cause,
  });
}
