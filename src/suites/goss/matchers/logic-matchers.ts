import { listIn, type Compile, type Match, type Matcher, type Writing } from './matcher.ts';
import { showValue } from './values.ts';

type Builder = (writing: Writing, compile: Compile) => Matcher;

export const not: Builder = (writing, compile) => {
  const matcher = compile(writing);
  const demand = `not ${matcher.demand}`;
  return {
    demand,
    match: (actual) => {
      const match = matcher.match(actual);
      if (match.state === 'unclear') return match;
      if (match.state === 'fails') return { state: 'holds' };
      return { state: 'fails', because: `is ${showValue(actual)}, and should ${demand}` };
    },
  };
};

export const and: Builder = (writing, compile) =>
  allOf(listIn(writing, 'and').map((each) => compile(each)));

export function allOf(matchers: readonly Matcher[]): Matcher {
  return {
    demand: matchers.map(({ demand }) => demand).join(' and ') || 'be anything',
    match: (actual) => {
      for (const matcher of matchers) {
        const match = matcher.match(actual);
        if (match.state !== 'holds') return match;
      }
      return { state: 'holds' };
    },
  };
}

export const or: Builder = (writing, compile) => {
  const matchers = listIn(writing, 'or').map((each) => compile(each));
  const demand = matchers.map((each) => each.demand).join(', or ');
  return {
    demand,
    match: (actual): Match => {
      for (const matcher of matchers) {
        const match = matcher.match(actual);
        if (match.state !== 'fails') return match;
      }
      return { state: 'fails', because: `is ${showValue(actual)}, and should ${demand}` };
    },
  };
};
