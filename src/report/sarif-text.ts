import { createHash } from 'node:crypto';
import type { Case } from '../kernel/verdict.ts';
import type { RunView, StepView } from './run-view.ts';
import { isFailure, isWarning } from './step-text.ts';
import { cleanText } from './terminal-text.ts';
import { labelled } from './test-results.ts';

/**
 * Failures and warnings as a code scanner tells them. A finding is about an image, not about a line: its place is the
 * image, by name, and its fingerprint stays the same from run to run.
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function renderSarif(view: RunView): string {
  const findings = view.steps.flatMap((step) =>
    step.cases
      .filter((each) => isFailure(each) || isWarning(each))
      .map((each) => ({ step, each, rule: `${each.suite}/${each.id}` })),
  );
  const rules = [...new Set(findings.map(({ rule }) => rule))];
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'seatrial', version: view.version, rules: rules.map(toRule) } },
        invocations: [
          {
            executionSuccessful: view.end?.outcome === 'passed' || view.end?.outcome === 'failed',
            startTimeUtc: view.startedAt,
            exitCode: view.end?.exitCode,
          },
        ],
        results: findings.map((finding) => toFinding(finding, rules.indexOf(finding.rule))),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;

  /** A rule fails for one image and only warns for another: the level stands with the finding. */
  function toRule(id: string): object {
    const first = findings.find(({ rule }) => rule === id)?.each;
    const help = first?.fix === undefined ? {} : { help: { text: cleanText(first.fix) } };
    return { id, name: first?.id, ...help };
  }
}

interface Finding {
  readonly step: StepView;
  readonly each: Case;
  readonly rule: string;
}

function toFinding({ step, each, rule }: Finding, ruleIndex: number): object {
  const told = [each.message, each.reason, each.evidence, labelled('Fix', each.fix)];
  return {
    ruleId: rule,
    ruleIndex,
    level: isFailure(each) ? 'error' : each.severity === 'info' ? 'note' : 'warning',
    // A lost case proves nothing against the image.
    kind: each.verdict === 'lost' ? 'open' : 'fail',
    message: { text: cleanText(told.filter((part) => part !== undefined).join('\n')) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: encodeURI(step.image) },
          region: { startLine: 1 },
        },
        logicalLocations: [
          { name: step.image, fullyQualifiedName: step.digest ?? step.imageId ?? step.image },
        ],
      },
    ],
    partialFingerprints: {
      'seatrial/1': createHash('sha256')
        .update(JSON.stringify([step.image, step.platform, rule]))
        .digest('hex'),
    },
    properties: { image: step.image, platform: step.platform, command: each.command },
  };
}
