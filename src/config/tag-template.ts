import { isReservedTag } from '../kernel/reserved-tags.ts';
import { didYouMean } from './suggestion.ts';

/**
 * The language of tags: literal text and placeholders in braces, `{branch}-{commit:7}`. Two words stand for
 * themselves when they are the whole template: `latest`, and `semver`, which is short for `{version}`,
 * `{major}.{minor}` and `{major}`.
 */
export type TagTemplate =
  | { readonly kind: 'latest'; readonly text: string }
  | { readonly kind: 'semver'; readonly text: string }
  | { readonly kind: 'parts'; readonly text: string; readonly parts: readonly TagPart[] };

export type TagPart =
  | { readonly literal: string }
  | { readonly placeholder: Placeholder; readonly length?: number | undefined };

/** What each placeholder stands for; the reference page is made from this. */
export const placeholders = {
  build: 'Number of the build, from the CI service or `BUILD_NUM`.',
  commit: 'Commit id; `{commit:7}` is its first 7 digits.',
  branch: 'Branch, made into a valid tag: `feat/x` is `feat-x-` and a short hash.',
  version: 'Version of the git tag: `v1.2.3` is `1.2.3`.',
  major: 'First number of the version. Not for 0 and not for a pre-release.',
  minor: 'Second number of the version. Not for a pre-release.',
  patch: 'Third number of the version. Not for a pre-release.',
} as const;

export type Placeholder = keyof typeof placeholders;

/** A template, or what is wrong with it and where: `offset` counts characters from its start. */
export type TagTemplateReading =
  | { readonly ok: true; readonly template: TagTemplate }
  | ({ readonly ok: false } & TagTemplateProblem);

export interface TagTemplateProblem {
  /** A clause that follows the template: "has an unknown placeholder `{sha}`". */
  readonly problem: string;
  readonly offset: number;
  readonly suggestion?: string | undefined;
}

const MAX_TAG_LENGTH = 128;
const MIN_COMMIT_LENGTH = 4;
const MAX_COMMIT_LENGTH = 64;
/** Digits of a git commit id. */
const COMMIT_LENGTH = 40;

/** Words of other tools for the same thing. */
const SYNONYMS: Readonly<Record<string, Placeholder>> = {
  sha: 'commit',
  revision: 'commit',
  ref: 'branch',
  number: 'build',
  build_num: 'build',
  build_number: 'build',
  semver: 'version',
  tag: 'version',
};

export function parseTagTemplate(text: string): TagTemplateReading {
  if (text === 'latest' || text === 'semver') return { ok: true, template: { kind: text, text } };
  if (text === '') return failed({ problem: 'is empty', offset: 0 });
  const foreign = foreignSyntax(text);
  if (foreign !== undefined) return failed(foreign);
  return parseParts(text);
}

function parseParts(text: string): TagTemplateReading {
  const parts: TagPart[] = [];
  let offset = 0;
  for (const token of text.split(/(\{[^{}]*\})/u)) {
    const read = token.startsWith('{') && token.endsWith('}') ? readPlaceholder : readLiteral;
    const part = token === '' ? undefined : read(token, offset);
    if (part !== undefined && 'problem' in part) return failed(part);
    if (part !== undefined) parts.push(part);
    offset += token.length;
  }
  const literalLength = parts.reduce(
    (sum, part) => sum + ('literal' in part ? part.literal.length : 1),
    0,
  );
  if (literalLength > MAX_TAG_LENGTH) {
    return failed({ problem: `is longer than ${MAX_TAG_LENGTH} characters`, offset: 0 });
  }
  const example = parts.map(exampleOf).join('');
  if (isReservedTag(example)) {
    const problem = `makes tags such as \`${example}\`, a name for what is no release`;
    return failed({ problem, offset: 0 });
  }
  return { ok: true, template: { kind: 'parts', text, parts } };
}

/** What is always of one form; nothing that a tag may hold stands for the rest. */
function exampleOf(part: TagPart): string {
  if ('literal' in part) return part.literal;
  return part.placeholder === 'commit' ? '0'.repeat(part.length ?? COMMIT_LENGTH) : '*';
}

/** Syntax that people bring from elsewhere and that would otherwise get a puzzling message. */
function foreignSyntax(text: string): TagTemplateProblem | undefined {
  const double = /\{\{\s*(\w+)[^{}]*\}\}/u.exec(text);
  if (double?.[1] !== undefined) {
    return {
      problem: `has \`${double[0]}\`; placeholders have single braces`,
      offset: double.index,
      suggestion: suggestPlaceholder(double[1]) ?? `Write \`{${double[1]}}\`.`,
    };
  }
  const variable = /\$\{?(\w+)\}?/u.exec(text);
  if (variable?.[1] === undefined) return undefined;
  return {
    problem: `has \`${variable[0]}\`; environment variables are not read in tags`,
    offset: variable.index,
    suggestion:
      suggestPlaceholder(variable[1].toLowerCase()) ?? `Placeholders are ${listPlaceholders()}.`,
  };
}

function readPlaceholder(token: string, offset: number): TagPart | TagTemplateProblem {
  const [, name = '', length] = /^\{([^:]*)(?::(.*))?\}$/su.exec(token) ?? [];
  if (!isPlaceholder(name)) {
    return {
      problem: `has an unknown placeholder \`${token}\``,
      offset: offset + 1,
      suggestion: suggestPlaceholder(name) ?? `Placeholders are ${listPlaceholders()}.`,
    };
  }
  if (length === undefined) return { placeholder: name };
  if (name !== 'commit') {
    return {
      problem: `gives a length to \`{${name}}\`; only \`{commit}\` can be shortened`,
      offset: offset + 1 + name.length,
      suggestion: `Write \`{${name}}\`.`,
    };
  }
  const digits = /^\d{1,2}$/u.test(length) ? Number(length) : 0;
  if (digits < MIN_COMMIT_LENGTH || digits > MAX_COMMIT_LENGTH) {
    return {
      problem: `shortens the commit to \`${length}\`; it can have ${MIN_COMMIT_LENGTH} to ${MAX_COMMIT_LENGTH} digits`,
      offset: offset + token.indexOf(':') + 1,
      suggestion: 'Write `{commit:7}`.',
    };
  }
  return { placeholder: name, length: digits };
}

function readLiteral(literal: string, offset: number): TagPart | TagTemplateProblem {
  const brace = literal.search(/[{}]/u);
  if (brace !== -1) {
    const isOpening = literal[brace] === '{';
    return {
      problem: isOpening ? 'has a `{` without its `}`' : 'has a `}` without its `{`',
      offset: offset + brace,
    };
  }
  if (offset === 0 && /^[.-]/u.test(literal)) {
    return { problem: `starts with \`${literal.slice(0, 1)}\`; a tag cannot`, offset };
  }
  const strange = /[^A-Za-z0-9_.-]/u.exec(literal);
  if (strange === null) return { literal };
  return {
    problem: `has ${JSON.stringify(strange[0])}; a tag is made of A-Z, a-z, 0-9, _ . and -`,
    offset: offset + strange.index,
    ...(/[:/]/u.test(strange[0])
      ? { suggestion: 'Put the repository into `ship.repository`; here is only the tag.' }
      : {}),
  };
}

function isPlaceholder(name: string): name is Placeholder {
  return Object.hasOwn(placeholders, name);
}

function suggestPlaceholder(name: string): string | undefined {
  const synonym = Object.hasOwn(SYNONYMS, name) ? SYNONYMS[name] : undefined;
  if (isPlaceholder(name) || synonym !== undefined) {
    return `Did you mean \`{${synonym ?? name}}\`?`;
  }
  return didYouMean(
    `{${name}}`,
    Object.keys(placeholders).map((known) => `{${known}}`),
  );
}

function listPlaceholders(): string {
  return Object.keys(placeholders)
    .map((name) => `\`{${name}}\``)
    .join(', ');
}

function failed(problem: TagTemplateProblem): TagTemplateReading {
  return { ok: false, ...problem };
}
