import { judgeBases } from './allowed-bases.ts';
import type { Collected } from './collect.ts';
import {
  countPassed,
  isPass,
  isTrusted,
  judgeSignatures,
  nameOfSigner,
  trustedResults,
  withdrawalOf,
  type JudgedBundle,
  type RuleVerdict,
  type TrustedResult,
} from './judged-evidence.ts';
import { verifiedRules } from './judge-verified.ts';
import type { Policy } from './policy.ts';
import { nameOfType, predicateTypes } from './statement.ts';

export interface Evaluation {
  /** Whether every rule holds. */
  readonly holds: boolean;
  readonly rules: readonly RuleVerdict[];
  /** Everything that is about the image, believed or not. */
  readonly judged: readonly JudgedBundle[];
}

/** How far a signer's clock may be ahead of ours. */
const CLOCK_SKEW_MS = 5 * 60_000;

/** Judges what a registry has about an image. Pure: equal evidence, equal verdict. */
export function evaluate(collected: Collected, policy: Policy, now: Date): Evaluation {
  const judged = judgeSignatures(collected, policy.trust);
  const rules = [
    ...requiredTypes(policy).map((type) => requireType(type, judged, collected)),
    ...verifiedRules(judged, { policy, now }),
    ...(needsResult(policy)
      ? judgeResults(judged, { policy, now, rulesOf: (pass) => suiteRules(pass, policy) }).rules
      : judgeWithdrawal(judged)),
    ...(policy.rules.bases === undefined ? [] : [judgeBases(judged, policy.rules.bases)]),
  ];
  return { holds: rules.every(({ holds }) => holds), rules, judged };
}

/** A verification result stands in the place of the test results that it was made from. */
export function requiredTypes({ rules }: Policy): readonly string[] {
  const { require, verified } = rules;
  return verified === undefined
    ? require
    : require.filter((type) => type !== predicateTypes.testResult);
}

export function needsResult(policy: Policy): boolean {
  const { rules } = policy;
  return (
    requiredTypes(policy).includes(predicateTypes.testResult) ||
    rules.suites.length > 0 ||
    (rules.max_age !== undefined && rules.verified === undefined) ||
    rules.warnings === 'refuse' ||
    rules.untested === 'refuse'
  );
}

export function requireType(
  type: string,
  judged: readonly JudgedBundle[],
  collected: Collected,
): RuleVerdict {
  const rule = `evidence:${nameOfType(type)}`;
  const ofType = judged.filter(({ bundle }) => bundle.statement.predicateType === type);
  const trusted = ofType.find(isTrusted);
  if (trusted?.signature.ok === true)
    return { rule, holds: true, message: `signed by ${nameOfSigner(trusted)}` };
  const [doubtful] = ofType;
  if (doubtful?.signature.ok === false)
    return {
      rule,
      holds: false,
      message: `none of ${ofType.length} is signed by someone trusted; the first ${doubtful.signature.problem}`,
    };
  const [rejected] = collected.rejected;
  const hint = rejected === undefined ? '' : `; ${rejected.attestation} ${rejected.problem}`;
  return { rule, holds: false, message: `there is none about this digest${hint}` };
}

export interface JudgeOptions {
  readonly policy: Policy;
  readonly now: Date;
  /** What has to hold of a pass besides what holds for all. */
  readonly rulesOf: (pass: TrustedResult) => readonly RuleVerdict[];
}

export interface JudgedResults {
  readonly rules: readonly RuleVerdict[];
  /** The pass that they are about; absent when there is none. */
  readonly pass?: TrustedResult | undefined;
}

/** The newest pass for which all rules hold decides, else the newest one. */
export function judgeResults(
  judged: readonly JudgedBundle[],
  options: JudgeOptions,
): JudgedResults {
  const results = trustedResults(judged);
  const verdicts = results.filter(isPass).map((pass) => ({
    pass,
    rules: [
      { rule: 'tested', holds: true, message: sentenceOf(pass) },
      ...rulesOfPass(pass, results, options),
    ],
  }));
  const best = verdicts.find(({ rules }) => rules.every(({ holds }) => holds)) ?? verdicts[0];
  if (best !== undefined) return best;
  const [newest] = results;
  const message =
    newest === undefined
      ? 'no trusted test result says that this digest passed'
      : `the newest trusted test result is ${newest.result.result}${listOf(newest.result.failedTests)}`;
  return { rules: [{ rule: 'tested', holds: false, message }] };
}

function rulesOfPass(
  pass: TrustedResult,
  results: readonly TrustedResult[],
  { policy, now, rulesOf }: JudgeOptions,
): readonly RuleVerdict[] {
  const { warnings, max_age: maxAgeMs } = policy.rules;
  return [
    withdrawalRule(withdrawalOf(results, pass)),
    ...rulesOf(pass),
    ...(warnings === 'allow' ? [] : [judgeWarnings(pass)]),
    ...(maxAgeMs === undefined ? [] : [judgeAge(pass, maxAgeMs, now)]),
  ];
}

function suiteRules(pass: TrustedResult, { rules }: Policy): readonly RuleVerdict[] {
  return rules.suites.map((suite) => judgeSuite(suite, pass));
}

/** A policy that asks for no test result still hears those that say no. */
export function judgeWithdrawal(judged: readonly JudgedBundle[]): readonly RuleVerdict[] {
  const results = trustedResults(judged);
  return [withdrawalRule(withdrawalOf(results, results.find(isPass)))];
}

function withdrawalRule(withdrawal: TrustedResult | undefined): RuleVerdict {
  const rule = 'not-withdrawn';
  if (withdrawal === undefined)
    return { rule, holds: true, message: 'nobody trusted has said otherwise since' };
  const reason = listOf(withdrawal.result.failedTests);
  return {
    rule,
    holds: false,
    message: `${nameOfSigner(withdrawal)} says that it FAILED${reason}`,
  };
}

function judgeSuite(suite: string, pass: TrustedResult): RuleVerdict {
  const count = countPassed(pass, { suite });
  return {
    rule: `suite:${suite}`,
    holds: count > 0,
    message: count > 0 ? `${count} passed` : 'no case of this suite passed',
  };
}

function judgeWarnings({ result }: TrustedResult): RuleVerdict {
  const holds = result.result === 'PASSED' && result.warnedTests.length === 0;
  return {
    rule: 'warnings',
    holds,
    message: holds ? 'there are none' : `the result has warnings${listOf(result.warnedTests)}`,
  };
}

function judgeAge({ testedAtMs }: TrustedResult, maxAgeMs: number, now: Date): RuleVerdict {
  const rule = 'max-age';
  if (testedAtMs === undefined)
    return { rule, holds: false, message: 'the result does not say when it was made' };
  const ageMs = now.getTime() - testedAtMs;
  const at = new Date(testedAtMs).toISOString();
  if (ageMs < -CLOCK_SKEW_MS)
    return { rule, holds: false, message: `the tests are from the future: ${at}` };
  const holds = ageMs <= maxAgeMs;
  return { rule, holds, message: `tested at ${at}${holds ? '' : ', which is too long ago'}` };
}

function sentenceOf(pass: TrustedResult): string {
  const { passedTests, warnedTests } = pass.result;
  const warned = warnedTests.length === 0 ? '' : `, ${warnedTests.length} with warnings`;
  return `${pass.result.result}: ${passedTests.length + warnedTests.length} cases${warned}, says ${nameOfSigner(pass)}`;
}

function listOf(names: readonly string[]): string {
  if (names.length === 0) return '';
  const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
  return `: ${names.slice(0, 3).join(', ')}${more}`;
}
