import { compileGjsonPath } from './gjson-path.ts';
import { readGjson } from './gjson-read.ts';
import { allOf } from './logic-matchers.ts';
import { changing, noMatcher, type Compile, type Matcher, type Writing } from './matcher.ts';
import { isRecord, showValue } from './values.ts';

/** `gjson: {path: matcher}`: what stands at each path of a JSON text. */
export function gjson(writing: Writing, compile: Compile): Matcher {
  const { value } = writing;
  if (!isRecord(value)) {
    writing.complain({
      message: `\`gjson\` needs a map of paths to matchers, but has ${showValue(value)}.`,
    });
    return noMatcher;
  }
  return allOf(
    Object.entries(value).map(([path, written]) =>
      atPath(writing.below(path, written), path, compile),
    ),
  );
}

function atPath(writing: Writing, written: string, compile: Compile): Matcher {
  const path = compileGjsonPath(written);
  const matcher = compile(writing);
  if ('problem' in path) {
    const message = `The path ${showValue(written)} ${path.problem}.`;
    const suggestion = '`docs/goss-tests.md` lists what a path can have.';
    writing.complain({ at: 'key', message, suggestion });
    return noMatcher;
  }
  const named: Matcher = {
    demand: `have at ${showValue(written)} what should ${matcher.demand}`,
    match: (actual) => {
      const match = matcher.match(actual);
      if (match.state === 'holds') return match;
      return { state: match.state, because: `at ${showValue(written)} ${match.because}` };
    },
  };
  return changing(named, (actual) => {
    if (typeof actual !== 'string') {
      return { problem: `is ${showValue(actual)}, which is no text of JSON` };
    }
    const read = readGjson(actual, path.steps);
    if ('problem' in read) return read;
    if (read.found.length > 0) return { value: read.found[0] };
    return { problem: `has nothing at ${showValue(written)}` };
  });
}
