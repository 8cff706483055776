import type { IndexChild } from '../registry/index-children.ts';
import type { Evaluation } from './evaluate.ts';
import {
  countPassed,
  isPass,
  trustedResults,
  withdrawalOf,
  type RuleVerdict,
  type TrustedResult,
} from './judged-evidence.ts';
import type { Policy } from './policy.ts';
import { factsOfTestResult } from './test-result.ts';

/** One image of an index, and whether anybody trusted says that it was tested. */
export interface JudgedPlatform extends Pick<IndexChild, 'platform' | 'digest'> {
  readonly state: 'tested' | 'untested' | 'withdrawn' | 'uncovered';
  /** One clause: what was found. */
  readonly message: string;
}

/** An image of an index, judged by its own evidence. */
export interface JudgedChild extends IndexChild {
  readonly evaluation: Evaluation;
}

type Finding = Pick<JudgedPlatform, 'state' | 'message'>;

const UNCOVERED: Finding = Object.freeze({
  state: 'uncovered',
  message: 'neither tested nor declared untested',
});

/** What becomes of an image of an index, by its own evidence and by the pass of the index, if there is one. */
export function stateOf(child: JudgedChild, pass: TrustedResult | undefined): JudgedPlatform {
  const { platform, digest } = child;
  const found =
    ownFinding(child) ??
    withdrawalFinding(child, pass) ??
    (pass === undefined ? undefined : findingOfIndex(child, pass)) ??
    UNCOVERED;
  return { platform, digest, ...found };
}

function ownFinding({ isIndex, evaluation }: JudgedChild): Finding | undefined {
  if (isIndex)
    return { state: 'uncovered', message: 'is an index itself, which is not looked into' };
  const own = trustedResults(evaluation.judged).find(isPass);
  if (own === undefined || !evaluation.holds) return undefined;
  return { state: 'tested', message: `tested: ${countPassed(own, {})} cases` };
}

/** Whoever takes back one image takes back the index: later tests of it alone bring it back. */
function withdrawalFinding(
  child: JudgedChild,
  pass: TrustedResult | undefined,
): Finding | undefined {
  const results = trustedResults(child.evaluation.judged);
  const isTested = pass !== undefined && isMember(child, pass);
  const withdrawal = withdrawalOf(results, isTested ? pass : undefined);
  if (withdrawal === undefined) return undefined;
  const reason = withdrawal.result.failedTests.join(', ') || 'FAILED';
  return { state: 'withdrawn', message: `was taken back: ${reason}` };
}

function findingOfIndex(child: JudgedChild, pass: TrustedResult): Finding | undefined {
  const { platforms = [] } = factsOfTestResult(pass.result);
  const said = platforms.find(({ digest }) => digest === child.digest);
  if (said?.isUntested === true) return { state: 'untested', message: 'declared untested' };
  if (!isMember(child, pass)) return undefined;
  const count = countPassed(pass, { platform: said?.platform });
  return { state: 'tested', message: `tested: ${count} cases` };
}

/** The signature covers which images were tested. */
function isMember({ digest }: JudgedChild, { bundle }: TrustedResult): boolean {
  return bundle.statement.members?.some((each) => each.digest === digest) === true;
}

/** Every image is covered, and at least one was tested. */
export function platformRule(platforms: readonly JudgedPlatform[], { rules }: Policy): RuleVerdict {
  const rule = 'platforms';
  const isBroken = ({ state }: JudgedPlatform): boolean =>
    state === 'withdrawn' ||
    state === 'uncovered' ||
    (state === 'untested' && rules.untested === 'refuse');
  const broken = platforms.find(isBroken);
  if (broken !== undefined) {
    const refused = broken.state === 'untested' ? ', which the policy refuses' : '';
    const message = `${broken.platform} (${broken.digest}) ${broken.message}${refused}`;
    return { rule, holds: false, message };
  }
  const holds = platforms.some(({ state }) => state === 'tested');
  if (!holds) return { rule, holds, message: 'no image of the index was tested' };
  const namesOf = (state: JudgedPlatform['state'], word: string): readonly string[] => {
    const names = platforms.filter((each) => each.state === state).map((each) => each.platform);
    return names.length === 0 ? [] : [`${names.join(', ')} ${word}`];
  };
  const message = [
    ...namesOf('tested', 'tested'),
    ...namesOf('untested', 'declared untested'),
  ].join('; ');
  return { rule, holds, message };
}
