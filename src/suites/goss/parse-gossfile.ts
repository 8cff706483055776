import type { ConfigSource } from '../../config/config-source.ts';
import type { Diagnostic, Path, Problem } from '../../config/diagnostics.ts';
import { problemsOfIssues } from '../../config/schema-issues.ts';
import type { YamlDialect } from '../../config/yaml-source.ts';
import { gossfileSchema, includesOf, type WrittenInclude } from './gossfile-schema.ts';
import { compileMatcher } from './matchers/compile-matcher.ts';
import type { Writing } from './matchers/matcher.ts';
import { patternsIn } from './matchers/patterns.ts';
import { isRecord } from './matchers/values.ts';
import { readRendered, type WrittenFile } from './rendered-source.ts';
import type { AskedProperty, Resource, ResourceKind } from './resource-kind.ts';
import { resourceKinds } from './resources/index.ts';
import { parseRetryDelayMs } from './retry-settings.ts';
import type { TemplateData } from './template/template-values.ts';

/** One file, without what it includes. */
export interface Gossfile {
  readonly file: string;
  /** The file after its template; it decides everything. */
  readonly rendered: string;
  readonly resources: readonly Resource[];
  readonly includes: readonly (WrittenInclude & {
    diagnose(problem: Omit<Problem, 'path'>): Diagnostic;
  })[];
}

export type GossfileReading =
  | { readonly ok: true; readonly gossfile: Gossfile }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

const gossDialect: YamlDialect = Object.freeze({
  version: '1.2',
  noun: 'file of goss',
  beginning: 'Begin with a type of resource: `file:`.',
});

export function parseGossfile(written: WrittenFile, data: TemplateData): GossfileReading {
  const reading = readRendered(written, data, gossDialect);
  if (!reading.ok) return reading;
  const { source, rendered } = reading;
  const value = source.value ?? {};
  const result = gossfileSchema.safeParse(value, { reportInput: true });
  const problems: Problem[] = result.success
    ? []
    : [...problemsOfIssues(gossfileSchema, result.error.issues, source)];
  if (problems.length > 0 || !isRecord(value)) return refuse(problems.map(adviseOnType), source);
  const resources = resourceKinds.flatMap((kind) =>
    resourcesOf(kind, { value, source, complain: (problem) => problems.push(problem) }),
  );
  if (problems.length > 0) return refuse(problems, source);
  const includes = includesOf(value).map((include) => ({
    ...include,
    diagnose: (problem: Omit<Problem, 'path'>) =>
      source.diagnose({ path: ['gossfile', include.id], at: 'key', ...problem }),
  }));
  return { ok: true, gossfile: { file: written.file, rendered, resources, includes } };
}

function refuse(problems: readonly Problem[], source: ConfigSource): GossfileReading {
  return { ok: false, diagnostics: problems.map((problem) => source.diagnose(problem)) };
}

function adviseOnType(problem: Problem): Problem {
  if (problem.path.length !== 1 || problem.path[0] !== 'registry') return problem;
  return { ...problem, suggestion: '`registry` is about Windows; images are of Linux.' };
}

interface WrittenResources {
  readonly value: Readonly<Record<string, unknown>>;
  readonly source: ConfigSource;
  readonly complain: (problem: Problem) => void;
}

function resourcesOf(kind: ResourceKind, written: WrittenResources): readonly Resource[] {
  const section = written.value[kind.type];
  if (!isRecord(section)) return [];
  return Object.entries(section).flatMap(([id, attributes]) => {
    const path = [kind.type, id];
    return isRecord(attributes) ? [toResource(kind, { ...written, id, attributes, path })] : [];
  });
}

interface WrittenResource extends WrittenResources {
  readonly id: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly path: Path;
}

function toResource(kind: ResourceKind, written: WrittenResource): Resource {
  const { id, attributes, path, source, complain } = written;
  const given = kind.nameKey === undefined ? undefined : attributes[kind.nameKey];
  const retries = attributes['retry_count'];
  const delay = attributes['retry_delay'];
  const retryDelayMs = parseRetryDelayMs(isDelay(delay) ? delay : undefined);
  if (retryDelayMs === undefined) {
    const message = `\`retry_delay\` must be a number of ms or a duration such as \`2s\`, but is ${JSON.stringify(delay)}.`;
    complain({ path: [...path, 'retry_delay'], message });
  }
  const name = typeof given === 'string' && given !== '' ? given : id;
  const refusal = kind.refuses?.(name);
  if (refusal !== undefined) complain({ path, at: 'key', ...refusal });
  return {
    kind,
    id,
    name,
    file: source.file,
    attributes,
    asked: Object.keys(kind.properties).flatMap((property) => toAsked(property, kind, written)),
    isSkipped: attributes['skip'] === true,
    retries: typeof retries === 'number' ? retries : 0,
    retryDelayMs: retryDelayMs ?? 0,
    diagnose: (problem) => source.diagnose({ path, at: 'key', ...problem }),
  };
}

function isDelay(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

function toAsked(
  property: string,
  kind: ResourceKind,
  { attributes, path, source, complain }: WrittenResource,
): readonly AskedProperty[] {
  const { isRequired = false, isText = false } = kind.properties[property] ?? {};
  const value = attributes[property];
  if (value === undefined) {
    if (isRequired) {
      const message = `\`${kind.type}\` needs the key \`${property}\`, or nothing is asserted.`;
      complain({ path, at: 'key', message });
    }
    return [];
  }
  const here = [...path, property];
  const trap = trapIn(property, value, source.writtenAt(here));
  if (trap !== undefined) complain({ path: here, ...trap });
  const writing = toWriting(value, here, complain);
  const isRead = typeof isText === 'function' ? isText(attributes) : isText;
  if (!isRead || !Array.isArray(value)) return [{ property, matcher: compileMatcher(writing) }];
  if (value.length === 0) return [{ property }];
  const patterns = value.map((item: unknown, index) => writing.below(index, item));
  return [{ property, matcher: patternsIn(patterns) }];
}

function toWriting(value: unknown, path: Path, complain: (problem: Problem) => void): Writing {
  return {
    value,
    path,
    below: (step, child) => toWriting(child, [...path, step], complain),
    complain: (problem) => complain({ path, ...problem }),
  };
}

const TRUTH_WORDS: ReadonlySet<string> = new Set(['yes', 'no', 'on', 'off']);

/** What the YAML of goss takes for something that no one means. */
function trapIn(
  property: string,
  value: unknown,
  written: string | undefined,
): { readonly message: string; readonly suggestion: string } | undefined {
  if (property === 'mode' && typeof value === 'number' && /^0\d/u.test(written ?? '')) {
    return {
      message: `\`mode: ${written ?? ''}\` is a number to YAML, and a mode is compared as a text.`,
      suggestion: `Put it into quotes: \`"${written ?? ''}"\`.`,
    };
  }
  if (typeof value === 'string' && TRUTH_WORDS.has(value.toLowerCase()) && isFlag(property)) {
    const meant = ['yes', 'on'].includes(value.toLowerCase());
    return {
      message: `\`${property}: ${value}\` is the text "${value}" to goss, which is never met.`,
      suggestion: `Write \`${String(meant)}\`.`,
    };
  }
  return undefined;
}

const FLAGS: ReadonlySet<string> = new Set([
  'exists',
  'installed',
  'listening',
  'running',
  'reachable',
  'resolvable',
  'enabled',
]);

function isFlag(property: string): boolean {
  return FLAGS.has(property);
}
