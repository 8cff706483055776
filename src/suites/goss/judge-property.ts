import type { Judgement } from '../case-book.ts';
import { lastLines } from '../last-lines.ts';
import type { Matcher } from './matchers/matcher.ts';
import type { Fact, Resource } from './resource-kind.ts';

const COMPARE = 'Compare what was found with what the test asks for, and correct one of them.';

/** Puts what was found beside what is asked for. */
export function judgeProperty(
  { property, matcher }: { readonly property: string; readonly matcher: Matcher },
  fact: Fact,
  resource: Resource,
): Judgement {
  const subject = `\`${property}\` of ${resource.name}`;
  if ('problem' in fact) {
    const complaint = { message: `${subject} ${fact.problem}`, fix: fact.fix };
    return { complaints: [complaint], evidence: fact.evidence };
  }
  const match = matcher.match(fact.value);
  if (match.state === 'holds') return { complaints: [] };
  return {
    complaints: [{ message: `${subject} ${match.because}`, fix: fact.fix ?? COMPARE }],
    // A short text stands in the message.
    evidence:
      typeof fact.value === 'string' && fact.value.includes('\n')
        ? lastLines(fact.value)
        : undefined,
  };
}
