import {
  asking,
  changing,
  holds,
  listIn,
  unclear,
  type Compile,
  type Matcher,
  type Writing,
} from './matcher.ts';
import { pairUp } from './pairing.ts';
import { isRecord, itemsOf, lengthOf, showValue, toList } from './values.ts';

type Builder = (writing: Writing, compile: Compile) => Matcher;

export const haveLen: Builder = (writing) => {
  const { value: expected } = writing;
  if (typeof expected !== 'number') {
    writing.complain({ message: `\`have-len\` needs a number, but has ${showValue(expected)}.` });
  }
  const matcher = asking(
    `have the length ${showValue(expected)}`,
    (actual) => lengthOf(actual) === expected,
  );
  return {
    ...matcher,
    match: (actual) =>
      lengthOf(actual) === undefined
        ? unclear(`is ${showValue(actual)}, which has no length`)
        : matcher.match(actual),
  };
};

export const haveKey: Builder = (writing, compile) => {
  const key = compile(writing);
  const demand = `have a key that should ${key.demand}`;
  const matcher = asking(
    demand,
    (actual) => isRecord(actual) && Object.keys(actual).some((name) => isMetBy(key, name)),
  );
  return {
    demand,
    match: (actual) =>
      isRecord(actual)
        ? matcher.match(actual)
        : unclear(`is ${showValue(actual)}, which is no map, and should ${demand}`),
  };
};

export const containElement: Builder = (writing, compile) => {
  if (Array.isArray(writing.value) || typeof writing.value === 'boolean') {
    writing.complain({
      message: `\`contain-element\` needs a text, a number or a matcher, but has ${showValue(writing.value)}.`,
      suggestion: Array.isArray(writing.value) ? 'Did you mean `contain-elements`?' : undefined,
    });
  }
  const element = compile(writing);
  const demand = `contain an element that should ${element.demand}`;
  return changing(
    {
      demand,
      match: (actual) => {
        const matches = (itemsOf(actual) ?? []).map((item) => element.match(item));
        if (matches.some(({ state }) => state === 'holds')) return holds;
        const because = `is ${showValue(actual)}, and should ${demand}`;
        // What none of the elements could be asked is no answer, for `not` either.
        return matches.some(({ state }) => state === 'unclear')
          ? unclear(because)
          : { state: 'fails', because };
      },
    },
    (actual) => itemsOrProblem(toList(actual), demand),
  );
};

/** Each matcher needs an element of its own. */
export const containElements: Builder = (writing, compile) => {
  const matcher = superset(listIn(writing, 'contain-elements').map((each) => compile(each)));
  return changing(matcher, (actual) => itemsOrProblem(toList(actual), matcher.demand));
};

/** A list that is written in the place of a matcher: a text is not split into lines for it. */
export function containAll(writings: readonly Writing[], compile: Compile): Matcher {
  const matcher = superset(writings.map((each) => compile(each)));
  return changing(matcher, (actual) => itemsOrProblem(actual, matcher.demand));
}

function superset(matchers: readonly Matcher[]): Matcher {
  const demand = `contain ${listDemands(matchers)}`;
  return {
    demand,
    match: (actual) => {
      const { unmet } = pairUp(matchers, itemsOf(actual) ?? [], isMetBy);
      if (unmet.length === 0) return holds;
      const because = `is ${showValue(actual)}, and lacks ${listDemands(unmet)}`;
      return { state: 'fails', because };
    },
  };
}

export const consistOf: Builder = (writing, compile) => {
  const matchers = listIn(writing, 'consist-of').map((each) => compile(each));
  const demand = `consist of ${listDemands(matchers)}`;
  return changing(
    {
      demand,
      match: (actual) => {
        const { unmet, left } = pairUp(matchers, itemsOf(actual) ?? [], isMetBy);
        const complaints = [
          ...(unmet.length === 0 ? [] : [`lacks ${listDemands(unmet)}`]),
          ...(left.length === 0 ? [] : [`has ${showValue(left)} besides`]),
        ];
        if (complaints.length === 0) return holds;
        const because = `is ${showValue(actual)}, and ${complaints.join(' and ')}`;
        return { state: 'fails', because };
      },
    },
    (actual) => itemsOrProblem(actual, demand),
  );
};

function isMetBy(matcher: Matcher, item: unknown): boolean {
  return matcher.match(item).state === 'holds';
}

function listDemands(matchers: readonly Matcher[]): string {
  const demands = matchers.map(({ demand }) => `one that should ${demand}`);
  return demands.length === 0 ? 'nothing in particular' : demands.join(', ');
}

function itemsOrProblem(
  actual: unknown,
  demand: string,
): { readonly value: unknown } | { readonly problem: string } {
  if (itemsOf(actual) !== undefined) return { value: actual };
  return { problem: `is ${showValue(actual)}, which is no list, and should ${demand}` };
}
