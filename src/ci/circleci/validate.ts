import { expandConfig } from './expand/expand.ts';
import { collectFindings, type Finding, type NotChecked } from './finding.ts';
import { parseYaml, type ParsedFile } from './parse-yaml.ts';
import { checkDocument, versionOf } from './structure/document.ts';
import { createUnit, type OrbSources, type Unit } from './unit.ts';

export interface ConfigText {
  /** As people know it. */
  readonly file: string;
  readonly text: string;
}

export interface Validation {
  readonly file: string;
  /** Absent when the file says none that exists. */
  readonly version?: '2.0' | '2.1' | undefined;
  /** By place. */
  readonly findings: readonly Finding[];
  /** What could not be looked at; while there is any, nobody says that the file is valid. */
  readonly notChecked: readonly NotChecked[];
}

/** A file that was read and looked at, for those that go on with it. */
export interface CheckedConfig extends Validation {
  readonly parsed: ParsedFile;
  readonly unit: Unit;
}

/** Looks for everything that CircleCI would refuse. */
export function checkConfig({ file, text }: ConfigText, sources: OrbSources): CheckedConfig {
  const findings = collectFindings();
  const parsed = parseYaml(file, text, findings);
  // A tree with holes would be told of a second time.
  const isBroken = findings.all.some(({ code }) => code === 'yaml');
  const context = { findings, isTemplated: true };
  const version = isBroken ? undefined : versionOf(parsed, context);
  const unit = createUnit(isBroken ? undefined : parsed.root, findings, { sources });
  if (version !== undefined) {
    const isTemplated = version === '2.1';
    checkDocument({ file: parsed, unit, version }, { findings, isTemplated });
    // What only expansion can tell, and only of a file that can be expanded.
    if (!hasErrors(findings.all)) expandConfig({ unit, version, isEveryWorkflow: true }, findings);
  }
  return {
    file,
    version,
    findings: findings.all.toSorted((a, b) => a.origin.start - b.origin.start),
    notChecked: findings.notChecked,
    parsed,
    unit,
  };
}

export function hasErrors(findings: readonly Finding[]): boolean {
  return findings.some(({ severity }) => severity === 'error');
}
