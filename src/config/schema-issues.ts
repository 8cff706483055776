import { z } from 'zod';
import type { ConfigSource } from './config-source.ts';
import { renderPath, type Path, type Problem } from './diagnostics.ts';
import { keysAt, placesOfKey } from './schema-keys.ts';
import { didYouMean } from './suggestion.ts';

/** What the schema says of a value, in sentences for the person who wrote it. */
export function problemsOfIssues(
  schema: z.core.$ZodType,
  issues: readonly z.core.$ZodIssue[],
  source: SourceOfIssues,
): readonly Problem[] {
  return issues.flatMap((issue) => problemsOf(issue, [], { schema, source }));
}

type SourceOfIssues = Pick<ConfigSource, 'writtenAt' | 'subject'>;

interface Context {
  readonly schema: z.core.$ZodType;
  readonly source: SourceOfIssues;
}

function problemsOf(issue: z.core.$ZodIssue, above: Path, context: Context): readonly Problem[] {
  const path = [
    ...above,
    ...issue.path.map((step) => (typeof step === 'number' ? step : String(step))),
  ];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey(context, path, key));
  }
  if (issue.code === 'invalid_key') {
    const reason = issue.issues.map(({ message }) => message).join(' and ');
    return [{ path, at: 'key', message: `The key \`${String(path.at(-1))}\` ${reason}.` }];
  }
  const branch = issue.code === 'invalid_union' ? likeliestBranch(issue) : undefined;
  return branch === undefined
    ? [problemAt(path, issue, context)]
    : branch.flatMap((nested) => problemsOf(nested, path, context));
}

function problemAt(path: Path, issue: z.core.$ZodIssue, { source }: Context): Problem {
  if (issue.input === undefined && issue.code !== 'custom') {
    const message = `${subject(path.slice(0, -1), source)} needs the key \`${String(path.at(-1))}\`.`;
    return { path, at: 'key', message };
  }
  const written = source.writtenAt(path);
  const { offset, suggestion } = paramsOf(issue);
  return {
    path,
    offset,
    message: `${subject(path, source)} ${clauseOf(issue, written)}.`,
    suggestion: suggestion ?? suggestionFor(issue, written),
  };
}

const paramsSchema = z.object({
  offset: z.number().optional(),
  suggestion: z.string().optional(),
});

/** What a check of `schema-checks.ts` adds to its message. */
function paramsOf(issue: z.core.$ZodIssue): z.infer<typeof paramsSchema> {
  return issue.code === 'custom' ? paramsSchema.parse(issue.params ?? {}) : {};
}

function unknownKey({ schema, source }: Context, path: Path, key: string): Problem {
  const keys = keysAt(schema, path);
  const image = path[0] === 'images' && path.length >= 2 ? path.slice(2) : path;
  const scope = path[0] === 'images' && path.length === 2 ? 'image' : 'top';
  const known = keys.map((each) => `\`${each}\``).join(', ');
  return {
    path: [...path, key],
    at: 'key',
    message: `${subject(path, source)} has no key \`${key}\`.`,
    suggestion:
      didYouMean(key, keys) ??
      elsewhere(schema, { path: image, scope, key }) ??
      `It can have ${known}.`,
  };
}

/** `port` directly under an image belongs to `ready`: say so when there is only one such place. */
function elsewhere(
  schema: z.core.$ZodType,
  at: { readonly path: Path; readonly scope: 'image' | 'top'; readonly key: string },
): string | undefined {
  if (at.path.length > 0) return undefined;
  const root = at.scope === 'image' ? imageSchemaOf(schema) : schema;
  const places = root === undefined ? [] : placesOfKey(root, at.key);
  const [place] = places;
  if (place !== undefined) return `\`${at.key}\` belongs under \`${place}\`.`;
  const image = imageSchemaOf(schema);
  return at.scope === 'top' && image !== undefined && keysAt(image, []).includes(at.key)
    ? `\`${at.key}\` belongs under \`images.<name>\`.`
    : undefined;
}

function imageSchemaOf(schema: z.core.$ZodType): z.core.$ZodType | undefined {
  if (!(schema instanceof z.ZodObject)) return undefined;
  const images: unknown = schema.shape['images'];
  return images instanceof z.ZodRecord ? images.valueType : undefined;
}

/**
 * Of the alternatives of a union, the one that was meant: the one whose type fits, and of several the one
 * with the fewest problems, unknown keys counting most. Absent when no type fits.
 */
function likeliestBranch(
  issue: z.core.$ZodIssueInvalidUnion,
): readonly z.core.$ZodIssue[] | undefined {
  return issue.errors
    .map((branch) => branch.flatMap((nested) => flatten(nested)))
    .filter((branch) => !branch.some(isWrongKind))
    .toSorted((a, b) => weightOf(a) - weightOf(b))[0];
}

/** A union directly inside a union is one union. */
function flatten(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union' || issue.path.length > 0) return [issue];
  return likeliestBranch(issue) ?? [issue];
}

function isWrongKind(issue: z.core.$ZodIssue): boolean {
  return issue.path.length === 0 && isTypeIssue(issue);
}

function weightOf(branch: readonly z.core.$ZodIssue[]): number {
  return branch.reduce(
    (sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length * 2 : 1),
    0,
  );
}

/** A clause that follows the name of the value: "must be a list, but is the text `x`". */
function clauseOf(issue: z.core.$ZodIssue, written: string | undefined): string {
  if (isTypeIssue(issue)) {
    return `must be ${joinWords(expectedOf(issue))}, but is ${describe(issue.input, written)}`;
  }
  if (issue.code === 'too_small' || issue.code === 'too_big') return clauseOfSize(issue, written);
  return issue.message;
}

function isTypeIssue(issue: z.core.$ZodIssue): boolean {
  return ['invalid_type', 'invalid_value', 'invalid_union'].includes(issue.code ?? '');
}

function clauseOfSize(
  issue: z.core.$ZodIssueTooBig | z.core.$ZodIssueTooSmall,
  written: string | undefined,
): string {
  if (issue.code === 'too_small' && issue.origin !== 'number' && issue.origin !== 'int') {
    return 'must not be empty';
  }
  const bound =
    issue.code === 'too_small'
      ? `${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`
      : `${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}`;
  return `must be ${bound}, but is ${describe(issue.input, written)}`;
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
};

function expectedOf(issue: z.core.$ZodIssue): readonly string[] {
  if (issue.code === 'invalid_union') {
    return [
      ...new Set(issue.errors.flatMap((branch) => branch.filter(isWrongKind)).flatMap(expectedOf)),
    ];
  }
  if (issue.code === 'invalid_value') return issue.values.map((value) => `\`${String(value)}\``);
  if (issue.code !== 'invalid_type') return [];
  return [TYPE_WORDS[issue.expected] ?? issue.expected];
}

/** "a, b or c". */
function joinWords(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} or ${last}`;
}

function describe(value: unknown, written: string | undefined): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  if (typeof value === 'string') return `the text ${JSON.stringify(shorten(value))}`;
  if (typeof value === 'number' || typeof value === 'boolean')
    return `\`${written ?? String(value)}\``;
  return `a ${typeof value}`;
}

function suggestionFor(issue: z.core.$ZodIssue, written: string | undefined): string | undefined {
  if (!isTypeIssue(issue)) return undefined;
  const expected = new Set(expectedOf(issue));
  const { input } = issue;
  if (expected.has('a map') && (input === null || input === true)) {
    return 'Write `{}` for all defaults.';
  }
  if (expected.has('text') && ['number', 'boolean'].includes(typeof input)) {
    return `Put it into quotes: \`"${written ?? String(input)}"\`.`;
  }
  return typeof input === 'string' ? suggestionForText(input, expected) : undefined;
}

function suggestionForText(text: string, expected: ReadonlySet<string>): string | undefined {
  if (/^\d+$/u.test(text) && (expected.has('a number') || expected.has('a whole number'))) {
    return `Remove the quotes: \`${text}\`.`;
  }
  return expected.has('a list') ? 'Write it as a list: `[a, b]`.' : undefined;
}

function subject(path: Path, source: SourceOfIssues): string {
  return path.length === 0 ? source.subject : `\`${renderPath(path)}\``;
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
