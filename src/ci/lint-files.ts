import type { Environment } from '../host/environment.ts';
import { openForLint } from './circleci/index.ts';
import type { Finding } from './circleci/finding.ts';
import { countFindings, renderFinding, toRecord } from './circleci/render-findings.ts';
import { lints } from './lints/index.ts';
import type { LintFinding, Lint } from './lints/lint.ts';
import { createSuppressions } from './lints/suppression.ts';

export interface LintRequest {
  /** Where paths begin, and where makefiles and scripts are looked for. */
  readonly folder: string;
  readonly env: Environment;
  /** @default `.circleci/config.yml` */
  readonly files: readonly string[];
  readonly format: 'text' | 'json';
}

export interface LintAnswer {
  readonly output: string;
  /** False when a finding is an error. */
  readonly isPassed: boolean;
}

/**
 * Looks for what CircleCI takes and nobody means.
 * @throws {CiError} about files
 */
export async function lintFiles(request: LintRequest): Promise<LintAnswer> {
  const files = request.files.length === 0 ? [undefined] : request.files;
  const reports = await Promise.all(files.map(async (file) => lintFile(request, file)));
  const findings = reports.flatMap((report) => report.findings);
  const notChecked = reports.flatMap((report) => report.notChecked);
  const output =
    request.format === 'json'
      ? `${JSON.stringify({ schema: 'seatrial.lint/1', files: reports.map(({ file }) => file), findings: findings.map(toLintRecord), notChecked }, null, 2)}\n`
      : renderText(reports);
  return { output, isPassed: !findings.some(({ severity }) => severity === 'error') };
}

interface FileReport {
  readonly file: string;
  readonly findings: readonly Finding[];
  readonly notChecked: readonly { readonly subject: string; readonly why: string }[];
}

async function lintFile(request: LintRequest, file: string | undefined): Promise<FileReport> {
  const subject = await openForLint({ ...request, file });
  const isSuppressed = createSuppressions();
  const found = new Map<string, Finding>();
  for (const lint of lints) {
    for (const each of lint.check(subject)) {
      const finding = toFinding(each, lint);
      const { source, start } = finding.origin;
      found.set(`${source.file}\n${start}\n${finding.code}\n${finding.message}`, finding);
    }
  }
  const findings = [...found.values()]
    .filter((finding) => !isSuppressed(finding))
    .toSorted((a, b) => a.origin.start - b.origin.start);
  return { file: subject.checked.file, findings, notChecked: subject.checked.notChecked };
}

function toFinding(found: LintFinding, { id, severity, fix }: Lint): Finding {
  return { code: id, severity, suggestion: fix, ...withoutNothing(found) };
}

/** A suggestion that is not there does not hide the one of the rule. */
function withoutNothing({ suggestion, severity, ...rest }: LintFinding): LintFinding {
  return {
    ...rest,
    ...(suggestion === undefined ? {} : { suggestion }),
    ...(severity === undefined ? {} : { severity }),
  };
}

function toLintRecord(finding: Finding): object {
  const lint = lints.find(({ id }) => id === finding.code);
  return { ...toRecord(finding), title: lint?.title, why: lint?.why };
}

function renderText(reports: readonly FileReport[]): string {
  return reports
    .flatMap(({ file, findings }) => [
      ...findings.map((finding) => `${renderFinding(finding)}\n`),
      `${file}: ${countFindings(findings) ?? 'nothing found'}`,
      '',
    ])
    .join('\n');
}
