import { messageOf } from '../kernel/errors.ts';
import type { RunEvent } from '../kernel/run-events.ts';
import { ReportError } from './errors.ts';
import type { OpenReport, Reporter, ReportTarget } from './reporter.ts';

export interface ReportRequest {
  readonly reporter: Reporter;
  /** Absent for a reporter of destination `output`. */
  readonly path?: string | undefined;
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
  const files = requests.flatMap(({ path }) => path ?? []);
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
      const report = await request.reporter.open({ ...target, files, path: request.path });
      open.push({ request, report });
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

interface ReportFailure {
  readonly request: ReportRequest;
  readonly cause: unknown;
}

function byDestination(a: ReportRequest, b: ReportRequest): number {
  return order(a) - order(b);
}

function order({ reporter }: ReportRequest): number {
  return reporter.destination === 'file' ? 0 : 1;
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
