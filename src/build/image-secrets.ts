import { z } from 'zod';
import { looksSecret } from './secret-args.ts';

/** The part of an image config that everyone who may pull the image can read. */
const publicConfigSchema = z.object({
  config: z
    .object({
      Env: z.array(z.string()).nullish(),
      Labels: z.record(z.string(), z.string()).nullish(),
    })
    .nullish(),
  history: z.array(z.object({ created_by: z.string().optional() })).nullish(),
});

export interface SecretFinding {
  /** The name it stands under; absent for a token in the middle of a command. */
  readonly name?: string;
  /** `variable API_TOKEN (by its name a secret)`. Never the value. */
  readonly text: string;
  /** Whether its form says so; a name can be wrong, and so can a form that is no secret everywhere. */
  readonly isCertain: boolean;
}

interface PublicText {
  /** `variable API_TOKEN`. */
  readonly place: string;
  readonly name?: string;
  readonly value: string;
}

/** What is a secret by its form, whatever its name. */
export interface TokenForm {
  /** With its article: `an npm token`. */
  readonly kind: string;
  readonly form: RegExp;
  /** One of these is in every text that has the form: a quick look before the slow one. */
  readonly marks: readonly string[];
  /** Whether it is a secret wherever it stands: some keys are made for pages that everyone reads. */
  readonly isCertain: boolean;
}

/** Each is bounded: a config may be megabytes of anything. */
export const tokenForms: readonly TokenForm[] = Object.freeze([
  form('an AWS access key', /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/u, ['AKIA', 'ASIA']),
  form('a GitHub token', /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{82})/u, [
    'ghp_',
    'gho_',
    'ghu_',
    'ghs_',
    'ghr_',
    'github_pat_',
  ]),
  form('a GitLab token', /\bglpat-[A-Za-z0-9_-]{20}/u, ['glpat-']),
  form('a Slack token', /\bxox[abprs]-[A-Za-z0-9-]{10}/u, [
    'xoxa-',
    'xoxb-',
    'xoxp-',
    'xoxr-',
    'xoxs-',
  ]),
  form('an npm token', /\bnpm_[A-Za-z0-9]{36}/u, ['npm_']),
  form('a Docker access token', /\bdckr_(?:pat|oat)_[A-Za-z0-9_-]{20}/u, ['dckr_']),
  form('a Stripe key', /\b[rs]k_live_[A-Za-z0-9]{24}/u, ['sk_live_', 'rk_live_']),
  form('a private key', /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----/u, ['PRIVATE KEY-----']),
  { ...form('a Google API key', /\bAIza[A-Za-z0-9_-]{35}/u, ['AIza']), isCertain: false },
  {
    ...form('a password in a URL', /:\/\/[^\s/:@$]{1,100}:[^\s/:@$]{1,200}@/u, ['://']),
    isCertain: false,
  },
]);

function form(kind: string, pattern: RegExp, marks: readonly string[]): TokenForm {
  return { kind, form: pattern, marks, isCertain: true };
}

/** A shorter value says nothing, and these say that there is none. */
const SHORTEST = 4;
const NO_VALUE = /^["']?(?:\$|\/|(?:true|false|none|null|changeme)["']?$)/iu;
const ASSIGNMENT =
  /(?<![A-Za-z0-9_])([A-Za-z_][A-Za-z0-9_]{0,127})=("[^"]{0,512}"|'[^']{0,512}'|\S{0,512})/gu;

/**
 * Secrets in the configuration and history of an image, which nobody can take back once it is pushed.
 * @param config the bytes of the image config, as they will be pushed
 * @param allowed names whose values may be public, each with its reason
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/config.md
 */
export function findSecrets(
  config: string,
  allowed: Readonly<Record<string, string>> = {},
): readonly SecretFinding[] {
  const found = publicTextsOf(publicConfigSchema.parse(JSON.parse(config)))
    .filter(({ name }) => name === undefined || !Object.hasOwn(allowed, name))
    .map(judge)
    .filter((finding) => finding !== undefined);
  // A variable stands in the configuration and in the history; a step repeats the arguments of its stage.
  return [...new Map(found.map((finding) => [finding.name ?? finding.text, finding])).values()];
}

function publicTextsOf(image: z.infer<typeof publicConfigSchema>): readonly PublicText[] {
  const variables = (image.config?.Env ?? []).map((line) => {
    const at = line.indexOf('=');
    const name = line.slice(0, at);
    return { place: `variable ${name}`, name, value: line.slice(at + 1) };
  });
  const labels = Object.entries(image.config?.Labels ?? {}).map(([name, value]) => ({
    place: `label ${name}`,
    name,
    value,
  }));
  return [...variables, ...labels, ...(image.history ?? []).flatMap(textsOfStep)];
}

/** The arguments that a step of the history shows, and its command without them. */
function textsOfStep(step: { readonly created_by?: string | undefined }): readonly PublicText[] {
  const command = step.created_by ?? '';
  const assigned = [...command.matchAll(ASSIGNMENT)].map(([, name = '', value = '']) => ({
    place: `${name} in the history`,
    name,
    value,
  }));
  return [...assigned, { place: 'a step in the history', value: command.replace(ASSIGNMENT, '') }];
}

function judge({ place, name, value }: PublicText): SecretFinding | undefined {
  const token = tokenForms.find((each) => each.form.test(value));
  const why = token?.kind ?? (isNamedSecret(name, value) ? 'by its name a secret' : undefined);
  if (why === undefined) return undefined;
  return {
    ...(name === undefined ? {} : { name }),
    text: `${place} (${why})`,
    isCertain: token?.isCertain ?? false,
  };
}

function isNamedSecret(name: string | undefined, value: string): boolean {
  if (name === undefined || !looksSecret(name.replaceAll(/[.-]/gu, '_'))) return false;
  return value.length >= SHORTEST && !NO_VALUE.test(value);
}
