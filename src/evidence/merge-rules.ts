import type { RuleVerdict } from './judged-evidence.ts';

/** What became of the rules for one image of several. */
export interface NamedRules {
  /** For messages: `linux/arm64`. */
  readonly name: string;
  readonly rules: readonly RuleVerdict[];
}

/** One verdict for each rule: it holds when it holds for all to whom it was put. In the order of the first. */
export function mergeRules(all: readonly NamedRules[]): readonly RuleVerdict[] {
  const names = new Set(all.flatMap(({ rules }) => rules.map(({ rule }) => rule)));
  return [...names].map((rule) => {
    const verdicts = all.flatMap(({ name, rules }) =>
      rules.filter((each) => each.rule === rule).map((each) => ({ ...each, name })),
    );
    const broken = verdicts.find(({ holds }) => !holds);
    return broken === undefined
      ? { rule, holds: true, message: `for ${verdicts.map(({ name }) => name).join(', ')}` }
      : { rule, holds: false, message: `${broken.name}: ${broken.message}` };
  });
}
