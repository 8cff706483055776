import type { Environment } from '../../host/environment.ts';
import { expandConfig } from './expand/expand.ts';
import { parseParameters, parseValues } from './expand/given-values.ts';
import { renderMermaid } from './expand/mermaid.ts';
import { provenanceOf, renderYaml, toData } from './expand/render.ts';
import { collectFindings } from './finding.ts';
import { createLintSubject, type LintSubject } from './lint-subject.ts';
import { openOrbSources } from './orbs/orb-sources.ts';
import { parseYaml } from './parse-yaml.ts';
import { readConfig } from './read-config.ts';
import { countFindings, renderFinding, renderNotChecked, toRecord } from './render-findings.ts';
import { checkConfig, hasErrors, type CheckedConfig } from './validate.ts';

export interface CircleciRequest {
  /** Where paths of the command line begin. */
  readonly folder: string;
  readonly env: Environment;
  /** @default `.circleci/config.yml` of the folder */
  readonly file?: string | undefined;
  /** `namespace/name=folder`. @default none */
  readonly orbs?: readonly string[] | undefined;
}

export interface ValidateRequest extends CircleciRequest {
  readonly format: 'text' | 'json';
  /** Whether what could not be checked is a refusal too. @default false */
  readonly isStrict?: boolean | undefined;
}

export interface Answer {
  /** For standard output. */
  readonly output: string;
  readonly isPassed: boolean;
}

/**
 * Looks for everything that CircleCI would refuse, without a network.
 * @throws {CiError} about files and options
 */
export async function validateCircleci(request: ValidateRequest): Promise<Answer> {
  const checked = await openConfig(request);
  const isOpen = checked.notChecked.length > 0;
  return {
    output: request.format === 'json' ? renderJson(checked) : renderText(checked),
    isPassed: !hasErrors(checked.findings) && !(isOpen && request.isStrict === true),
  };
}

export interface ProcessRequest extends CircleciRequest {
  readonly format: 'yaml' | 'json' | 'mermaid';
  /** Pipeline parameters, `name=value`. @default those of the file */
  readonly parameters?: readonly string[] | undefined;
  /** Pipeline values, `pipeline.git.branch=value`. @default those of a push to `main` */
  readonly values?: readonly string[] | undefined;
}

export interface ProcessAnswer extends Answer {
  /** For standard error: what was not looked at, and what would not run. */
  readonly remarks: string;
}

/**
 * The configuration as it runs: version 2, everything of 2.1 written out. What CircleCI would refuse is not expanded; the
 * answer then is what `validate` says.
 * @throws {CiError} about files and options
 */
export async function processCircleci(request: ProcessRequest): Promise<ProcessAnswer> {
  const checked = await openConfig(request);
  const { unit, version } = checked;
  const refused = { output: renderText(checked), remarks: '', isPassed: false };
  if (hasErrors(checked.findings) || version === undefined) return refused;
  const findings = collectFindings();
  const parameters = parseParameters(request.parameters ?? [], unit);
  const values = parseValues(request.values ?? []);
  const { root, skipped } = expandConfig({ unit, version, parameters, values }, findings);
  if (hasErrors(findings.all)) {
    return { ...refused, output: renderText({ ...checked, findings: findings.all }) };
  }
  const remarks = [
    ...renderNotChecked(checked.notChecked),
    ...skipped.map((name) => `not run: the condition of the workflow ${name} does not hold`),
  ];
  return {
    output: OUTPUTS[request.format](checked, root, skipped),
    remarks: remarks.map((line) => `${line}\n`).join(''),
    isPassed: true,
  };
}

const OUTPUTS: Readonly<Record<ProcessRequest['format'], typeof renderProcessed>> = {
  yaml: (_, root) => renderYaml(root),
  json: renderProcessed,
  mermaid: (_, root) => renderMermaid(root),
};

/** One object of schema `seatrial.circleci-process/1`. */
function renderProcessed(
  { file, notChecked }: CheckedConfig,
  root: Parameters<typeof renderYaml>[0],
  skippedWorkflows: readonly string[],
): string {
  const record = {
    schema: 'seatrial.circleci-process/1',
    file,
    config: toData(root),
    provenance: provenanceOf(root),
    skippedWorkflows,
    notChecked,
  };
  return `${JSON.stringify(record, null, 2)}\n`;
}

/** @throws {CiError} about the file */
export async function migrateCircleci({ folder, file }: CircleciRequest): Promise<Answer> {
  const config = await readConfig(folder, file ?? 'circle.yml');
  const findings = collectFindings();
  const { root } = parseYaml(config.file, config.text, findings);
  if (root === undefined || hasErrors(findings.all)) {
    return {
      output: findings.all.map((each) => `${renderFinding(each)}\n`).join(''),
      isPassed: false,
    };
  }
  const { migrateConfig } = await import('./migrate/migrate.ts');
  return { output: migrateConfig(root), isPassed: true };
}

async function openConfig(request: CircleciRequest): Promise<CheckedConfig> {
  const config = await readConfig(request.folder, request.file);
  const inOrbs = collectFindings();
  const sources = await openOrbSources({ ...request, given: request.orbs ?? [] }, inOrbs);
  const checked = checkConfig(config, sources);
  return { ...checked, findings: [...checked.findings, ...inOrbs.all] };
}

/** The configuration as rules look at it. @throws {CiError} about files and options */
export async function openForLint(request: CircleciRequest): Promise<LintSubject> {
  return createLintSubject(await openConfig(request), request.folder);
}

/** `valid` only when everything was looked at. */
function verdictOf({ findings, notChecked }: CheckedConfig): 'valid' | 'invalid' | 'unknown' {
  if (hasErrors(findings)) return 'invalid';
  return notChecked.length === 0 ? 'valid' : 'unknown';
}

function renderText(checked: CheckedConfig): string {
  const { file, findings, notChecked } = checked;
  return [
    ...findings.map((finding) => `${renderFinding(finding)}\n`),
    ...renderNotChecked(notChecked),
    ...(notChecked.length === 0 ? [] : ['']),
    `${file}: ${summaryOf(checked)}`,
    '',
  ].join('\n');
}

function summaryOf(checked: CheckedConfig): string {
  const count = countFindings(checked.findings);
  const open = checked.notChecked.length;
  const things = `${open} ${open === 1 ? 'thing' : 'things'} not checked`;
  switch (verdictOf(checked)) {
    case 'invalid':
      return `invalid: ${count ?? ''}`;
    case 'valid':
      return count === undefined ? 'valid' : `valid, ${count}`;
    case 'unknown':
      return `no error found, ${count === undefined ? things : `${count}, ${things}`}`;
  }
}

/** One object of schema `seatrial.circleci-validation/1`. */
function renderJson(checked: CheckedConfig): string {
  const { file, version, findings, notChecked } = checked;
  const record = {
    schema: 'seatrial.circleci-validation/1',
    file,
    version: version ?? null,
    verdict: verdictOf(checked),
    findings: findings.map(toRecord),
    notChecked,
  };
  return `${JSON.stringify(record, null, 2)}\n`;
}
