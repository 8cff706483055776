import type { IndexChild } from '../registry/index-children.ts';
import type { Collected } from './collect.ts';
import {
  evaluate,
  judgeResults,
  judgeWithdrawal,
  needsResult,
  requiredTypes,
  requireType,
  type Evaluation,
} from './evaluate.ts';
import {
  countPassed,
  isPass,
  judgeSignatures,
  trustedResults,
  type JudgedBundle,
  type RuleVerdict,
  type TrustedResult,
} from './judged-evidence.ts';
import { verifiedRules } from './judge-verified.ts';
import { mergeRules, type NamedRules } from './merge-rules.ts';
import { platformRule, stateOf, type JudgedChild, type JudgedPlatform } from './platform-state.ts';
import type { Policy } from './policy.ts';
import { nameOfType, predicateTypes } from './statement.ts';
import { factsOfTestResult } from './test-result.ts';

/** What a registry has about an index and about each image in it. */
export interface IndexEvidence {
  readonly collected: Collected;
  readonly children: readonly (IndexChild & { readonly collected: Collected })[];
}

export interface IndexEvaluation extends Evaluation {
  readonly platforms: readonly JudgedPlatform[];
}

/**
 * Judges an index by what is said of it and of the images in it. It holds when each of them is covered: tested, or
 * declared untested by whoever signed for the index. An index of which nobody trusted says anything, holds when
 * each image does by itself. Pure: equal evidence, equal verdict.
 */
export function evaluateIndex(
  { collected, children }: IndexEvidence,
  policy: Policy,
  now: Date,
): IndexEvaluation {
  const judged = judgeSignatures(collected, policy.trust);
  const found = children.map((child) => ({
    ...child,
    evaluation: evaluate(child.collected, policy, now),
  }));
  const work: IndexWork = { collected, judged, children: found, policy, now };
  const { rules, platforms } =
    trustedResults(judged).length === 0 ? judgeByImages(work) : judgeAsOne(work);
  return { holds: rules.every(({ holds }) => holds), rules, judged, platforms };
}

interface IndexWork {
  readonly collected: Collected;
  readonly judged: readonly JudgedBundle[];
  readonly children: readonly JudgedChild[];
  readonly policy: Policy;
  readonly now: Date;
}

type IndexVerdict = Pick<IndexEvaluation, 'rules' | 'platforms'>;

function judgeByImages(work: IndexWork): IndexVerdict {
  const { children, policy } = work;
  const platforms = children.map((child) => stateOf(child, undefined));
  const merged = mergeRules(children.map(rulesOfChild));
  return {
    platforms,
    rules: [
      ...verifiedOnIndex(work),
      ...merged.filter(({ rule }) => rule !== 'verified'),
      ...(needsResult(policy) || platforms.length === 0 ? [platformRule(platforms, policy)] : []),
    ],
  };
}

function judgeAsOne(work: IndexWork): IndexVerdict {
  const { judged, children, policy, now } = work;
  const statesFor = (pass: TrustedResult | undefined): readonly JudgedPlatform[] =>
    children.map((child) => stateOf(child, pass));
  const required = [
    ...requiredTypes(policy).map((type) => requireOnIndex(type, work)),
    ...verifiedOnIndex(work),
  ];
  const bases = mergeRules(children.map(rulesOfChild)).filter(({ rule }) => rule === 'bases');
  if (!needsResult(policy)) {
    const withdrawals = mergeRules([
      { name: 'the index', rules: judgeWithdrawal(judged) },
      ...children.map(({ platform, evaluation }) => ({
        name: platform,
        rules: judgeWithdrawal(evaluation.judged),
      })),
    ]);
    const platforms = statesFor(trustedResults(judged).find(isPass));
    return { platforms, rules: [...required, ...withdrawals, ...bases] };
  }
  const results = judgeResults(judged, {
    policy,
    now,
    rulesOf: (pass) => [
      ...policy.rules.suites.map((suite) => judgeSuite(suite, pass)),
      platformRule(statesFor(pass), policy),
    ],
  });
  return {
    platforms: statesFor(results.pass),
    rules: [...required, ...results.rules, ...bases],
  };
}

function rulesOfChild({ platform, evaluation }: JudgedChild): NamedRules {
  return { name: platform, rules: evaluation.rules };
}

/** What it was built from and what is in it, each image has evidence of its own about. */
function requireOnIndex(type: string, { judged, collected, children }: IndexWork): RuleVerdict {
  const own = requireType(type, judged, collected);
  if (own.holds || type === predicateTypes.testResult || children.length === 0) return own;
  const rule = `evidence:${nameOfType(type)}`;
  const [onAll] = mergeRules(
    children.map((child) => ({
      name: child.platform,
      rules: child.evaluation.rules.filter((each) => each.rule === rule),
    })),
  );
  return onAll ?? own;
}

/** What was promoted is the index. One that nobody promoted as such holds when each image does. */
function verifiedOnIndex({ judged, children, policy, now }: IndexWork): readonly RuleVerdict[] {
  const own = verifiedRules(judged, { policy, now });
  if (own.every(({ holds }) => holds) || children.length === 0) return own;
  const [onAll] = mergeRules(
    children.map(({ platform, evaluation }) => ({
      name: platform,
      rules: evaluation.rules.filter(({ rule }) => rule === 'verified'),
    })),
  );
  return onAll?.holds === true ? [onAll] : own;
}

/** On each platform that was tested: one of them does not speak for the others. */
function judgeSuite(suite: string, pass: TrustedResult): RuleVerdict {
  const { platforms = [] } = factsOfTestResult(pass.result);
  const tested = platforms.filter(({ isUntested }) => !isUntested);
  const counts = (tested.length === 0 ? [{ platform: undefined }] : tested).map(({ platform }) => ({
    platform,
    count: countPassed(pass, { suite, platform }),
  }));
  const missing = counts.find(({ count }) => count === 0);
  const rule = `suite:${suite}`;
  if (missing === undefined)
    return {
      rule,
      holds: true,
      message: `${counts.reduce((sum, { count }) => sum + count, 0)} passed`,
    };
  const where = missing.platform === undefined ? '' : ` on ${missing.platform}`;
  return { rule, holds: false, message: `no case of this suite passed${where}` };
}
