import type { Environment } from '../../host/environment.ts';
import { collectFindings } from './finding.ts';
import { openOrbSources } from './orbs/orb-sources.ts';
import { readConfig } from './read-config.ts';
import { countFindings, renderFinding, renderNotChecked, toRecord } from './render-findings.ts';
import { checkConfig, type CheckedConfig } from './validate.ts';

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
  const hasErrors = checked.findings.some(({ severity }) => severity === 'error');
  const isOpen = checked.notChecked.length > 0;
  return {
    output: request.format === 'json' ? renderJson(checked) : renderText(checked),
    isPassed: !hasErrors && !(isOpen && request.isStrict === true),
  };
}

async function openConfig(request: CircleciRequest): Promise<CheckedConfig> {
  const config = await readConfig(request.folder, request.file);
  const inOrbs = collectFindings();
  const sources = openOrbSources({ ...request, given: request.orbs ?? [] }, inOrbs);
  const checked = checkConfig(config, sources);
  return { ...checked, findings: [...checked.findings, ...inOrbs.all] };
}

/** `valid` only when everything was looked at. */
function verdictOf({ findings, notChecked }: CheckedConfig): 'valid' | 'invalid' | 'unknown' {
  if (findings.some(({ severity }) => severity === 'error')) return 'invalid';
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
