import { parseTagTemplate, type Placeholder, type TagPart } from '../config/tag-template.ts';
import type { CiEnvironment } from '../kernel/ci-environment.ts';
import { releasesIn, shapesOf, versionOf } from './releases.ts';
import { reasonAgainst, reasonAgainstBuild, type TagCondition } from './tag-conditions.ts';
import {
  reasonAgainstLatest,
  reasonAgainstName,
  reasonAgainstShortened,
  type TagSituation,
} from './tag-guards.ts';
import { reasonForNoVersion, renderTag } from './tag-rendering.ts';

export interface TagPlanInput {
  /** Rules of the image, as the configuration gives them. */
  readonly rules: readonly TagRuleInput[];
  /** Condition of the whole image. */
  readonly when?: TagCondition | undefined;
  readonly ci: CiEnvironment;
  /** @default what the CI environment knows */
  readonly defaultBranch?: string | undefined;
  /**
   * Tags that the repository has now. Absent means that nobody asked: tags that may only move to the highest
   * release are then skipped, never guessed. A new repository has `[]`.
   */
  readonly existingTags?: readonly string[] | undefined;
}

export type TagRuleInput =
  | string
  | { readonly tag: string; readonly when?: TagCondition | undefined };

export interface TagPlan {
  readonly ships: boolean;
  /** Why, or why not, in one clause. */
  readonly reason: string;
  /** Most specific first, `latest` last; no tag twice. */
  readonly tags: readonly PlannedTag[];
  readonly skipped: readonly SkippedRule[];
}

export interface PlannedTag {
  readonly tag: string;
  /** An `immutable` tag names one build or version for good; a `moving` one follows the newest. */
  readonly kind: 'immutable' | 'moving';
  /** The rule it came from, as written. */
  readonly rule: string;
}

export interface SkippedRule {
  readonly rule: string;
  readonly reason: string;
}

/**
 * Decides, without acting, which tags the tested digest gets. Pure: the same input gives the same plan. Rules
 * are valid when they come from a loaded configuration; an invalid one is skipped with its problem.
 */
export function planTags(input: TagPlanInput): TagPlan {
  const against = reasonAgainstBuild(input.ci) ?? reasonAgainst(input.when, input.ci);
  if (against !== undefined) return { ships: false, reason: against, tags: [], skipped: [] };
  const situation = situationOf(input);
  const outcomes = input.rules.flatMap((rule) => planRule(rule, situation));
  const tags = withoutRepeats(
    outcomes.filter((outcome) => 'rank' in outcome).toSorted((a, b) => a.rank - b.rank),
  );
  const skipped = outcomes.filter((outcome) => 'reason' in outcome);
  if (tags.length > 0) {
    return { ships: true, reason: `tags: ${tags.map(({ tag }) => tag).join(', ')}`, tags, skipped };
  }
  const reasons = [...new Set(skipped.map((rule) => `\`${rule.rule}\`: ${rule.reason}`))];
  return { ships: false, reason: `no tag applies (${reasons.join('; ')})`, tags, skipped };
}

type Outcome = RankedTag | SkippedRule;

interface RankedTag extends PlannedTag {
  readonly rank: number;
}

function situationOf(input: TagPlanInput): TagSituation {
  const templates = input.rules.flatMap((rule) => {
    const reading = parseTagTemplate(textOf(rule));
    return reading.ok ? [reading.template] : [];
  });
  return {
    ci: input.ci,
    defaultBranch: input.defaultBranch ?? input.ci.defaultBranch,
    version: versionOf(input.ci.tag),
    releases: input.existingTags && releasesIn(input.existingTags, shapesOf(templates)),
  };
}

function planRule(rule: TagRuleInput, situation: TagSituation): readonly Outcome[] {
  const text = textOf(rule);
  const when = typeof rule === 'string' ? undefined : rule.when;
  const reading = parseTagTemplate(text);
  const against = reading.ok ? reasonAgainst(when, situation.ci) : reading.problem;
  if (!reading.ok || against !== undefined) return [{ rule: text, reason: against ?? '' }];
  const { template } = reading;
  if (template.kind === 'semver') return planSemver(text, situation);
  if (template.kind === 'parts') return [planParts(template.parts, text, situation)];
  const reason = reasonAgainstLatest(situation);
  return [reason === undefined ? latestTag(text) : { rule: text, reason }];
}

/** The words of `semver`, each planned as a template of its own. */
const SEMVER_PARTS: readonly (readonly TagPart[])[] = [
  [{ placeholder: 'version' }],
  [{ placeholder: 'major' }, { literal: '.' }, { placeholder: 'minor' }],
  [{ placeholder: 'major' }],
];

function planSemver(rule: string, situation: TagSituation): readonly Outcome[] {
  if (situation.version === undefined) {
    return [{ rule, reason: reasonForNoVersion(situation.ci) }];
  }
  return SEMVER_PARTS.map((parts) => {
    const planned = planParts(parts, rule, situation);
    return 'reason' in planned
      ? { rule, reason: `${renderTemplate(parts)}: ${planned.reason}` }
      : planned;
  });
}

function planParts(parts: readonly TagPart[], rule: string, situation: TagSituation): Outcome {
  const names = new Set(parts.flatMap((part) => ('placeholder' in part ? [part.placeholder] : [])));
  const rendering = renderTag(parts, situation.ci);
  if ('absent' in rendering) return { rule, reason: rendering.absent };
  const reason =
    reasonAgainstName(rendering.tag, names, situation) ?? reasonAgainstShortened(names, situation);
  if (reason !== undefined) return { rule, reason };
  const rank = ranks.find(([name]) => names.has(name))?.[1] ?? LITERAL_RANK;
  return {
    tag: rendering.tag,
    kind: rank <= LAST_IMMUTABLE_RANK ? 'immutable' : 'moving',
    rule,
    rank,
  };
}

/** From the most specific to the most general. */
const ranks: readonly (readonly [Placeholder, number])[] = [
  ['version', 0],
  ['patch', 1],
  ['commit', 2],
  ['build', 3],
  ['minor', 4],
  ['major', 5],
  ['branch', 6],
];
const LAST_IMMUTABLE_RANK = 3;
const LITERAL_RANK = 7;
const LATEST_RANK = 8;

function latestTag(rule: string): RankedTag {
  return { tag: 'latest', kind: 'moving', rule, rank: LATEST_RANK };
}

function withoutRepeats(tags: readonly RankedTag[]): readonly PlannedTag[] {
  const seen = new Set<string>();
  return tags.flatMap(({ tag, kind, rule }) => {
    if (seen.has(tag)) return [];
    seen.add(tag);
    return [{ tag, kind, rule }];
  });
}

function renderTemplate(parts: readonly TagPart[]): string {
  const text = parts.map((part) => ('literal' in part ? part.literal : `{${part.placeholder}}`));
  return `\`${text.join('')}\``;
}

function textOf(rule: TagRuleInput): string {
  return typeof rule === 'string' ? rule : rule.tag;
}
