/**
 * Names of images, as Docker reads them: `[domain/]path[:tag][@digest]`, where `alpine` is short for
 * `docker.io/library/alpine`.
 * @see https://github.com/distribution/reference/blob/v0.6.0/reference.go
 */
export interface RepositoryName {
  /** Registry host with its port: `docker.io`, `localhost:5000`, `[::1]:5000`. */
  readonly domain: string;
  /** Lower-case path without the domain: `library/alpine`. */
  readonly path: string;
}

export interface ImageReference extends RepositoryName {
  /** Absent when the text had none; nothing is made up. */
  readonly tag?: string | undefined;
  /** `sha256:…` or `sha512:…`; absent when the text had none. */
  readonly digest?: string | undefined;
}

/** A reading that may fail: bad input is an expected outcome, and the caller knows which error it is. */
export type Reading<Value> =
  | { readonly ok: true; readonly value: Value }
  /** `problem` is a clause that follows the text: "has upper-case letters; …". */
  | { readonly ok: false; readonly problem: string };

const DEFAULT_DOMAIN = 'docker.io';
const DEFAULT_NAMESPACE = 'library/';
const MAX_NAME_LENGTH = 255;
const MAX_TAG_LENGTH = 128;

const PATH_COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/u;
const DOMAIN =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?$/u;
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/u;
const DIGEST = /^(?:sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/u;
const IMAGE_ID = /^[a-f0-9]{64}$/u;

/** Whether `text` may be a tag: 1 to 128 of `A-Z a-z 0-9 _ . -`, no `.` or `-` in front. */
export function isTag(text: string): boolean {
  return TAG.test(text);
}

/** Reads a reference and completes it as Docker does: `alpine:3` is `docker.io/library/alpine:3`. */
export function parseReference(text: string): Reading<ImageReference> {
  const [beforeDigest = '', digest, ...more] = text.split('@');
  if (more.length > 0) return failed('has more than one `@`');
  if (digest !== undefined && !DIGEST.test(digest)) {
    return failed(
      `has an invalid digest ${quote(digest)}; a digest is \`sha256:\` and 64 hex digits`,
    );
  }
  const colon = tagColon(beforeDigest);
  const tag = colon === -1 ? undefined : beforeDigest.slice(colon + 1);
  if (tag !== undefined && !isTag(tag)) return failed(problemOfTag(tag));
  const repository = parseRepository(colon === -1 ? beforeDigest : beforeDigest.slice(0, colon));
  if (!repository.ok) return repository;
  return {
    ok: true,
    value: {
      ...repository.value,
      ...(tag === undefined ? {} : { tag }),
      ...(digest === undefined ? {} : { digest }),
    },
  };
}

/** Reads a name without tag and digest, completed as Docker does. */
export function parseRepository(text: string): Reading<RepositoryName> {
  if (text === '') return failed('is empty');
  if (text.includes('://')) return failed('is a web address; leave out `scheme://`');
  if (IMAGE_ID.test(text)) return failed('looks like an image id, which cannot be a name');
  const name = splitDomain(text);
  if (!DOMAIN.test(name.domain))
    return failed(`has an invalid registry host ${quote(name.domain)}`);
  const isShort = name.path === `${DEFAULT_NAMESPACE}${text}`;
  const problem = problemOfPath(isShort ? text : name.path);
  if (problem !== undefined) return failed(problem);
  if (name.domain.length + 1 + name.path.length > MAX_NAME_LENGTH) {
    return failed(`is longer than ${MAX_NAME_LENGTH} characters`);
  }
  return { ok: true, value: name };
}

/** The whole reference, with its domain: `docker.io/library/alpine:3@sha256:…`. */
export function renderReference(reference: ImageReference): string {
  const tag = reference.tag === undefined ? '' : `:${reference.tag}`;
  const digest = reference.digest === undefined ? '' : `@${reference.digest}`;
  return `${renderRepository(reference)}${tag}${digest}`;
}

/** Domain and path, no tag, no digest: the name under which two spellings of one repository are equal. */
export function renderRepository(name: RepositoryName): string {
  return `${name.domain}/${name.path}`;
}

/** Whether a name begins with a host: a first component with a dot, a port or upper case, or `localhost`. */
export function hasRegistryHost(name: string): boolean {
  const slash = name.indexOf('/');
  const first = name.slice(0, slash);
  return (
    slash > 0 && (/[.:]/u.test(first) || first === 'localhost' || first !== first.toLowerCase())
  );
}

function splitDomain(text: string): RepositoryName {
  const slash = hasRegistryHost(text) ? text.indexOf('/') : -1;
  const domain = slash === -1 ? DEFAULT_DOMAIN : text.slice(0, slash);
  const path = text.slice(slash + 1);
  if (domain !== DEFAULT_DOMAIN && domain !== 'index.docker.io') return { domain, path };
  return {
    domain: DEFAULT_DOMAIN,
    path: path.includes('/') ? path : `${DEFAULT_NAMESPACE}${path}`,
  };
}

/** A colon after the last slash starts a tag; one before it belongs to a port. */
function tagColon(text: string): number {
  const colon = text.lastIndexOf(':');
  return colon > text.lastIndexOf('/') ? colon : -1;
}

function problemOfPath(path: string): string | undefined {
  if (path.length > MAX_NAME_LENGTH) return `is longer than ${MAX_NAME_LENGTH} characters`;
  const bad = path.split('/').find((component) => !PATH_COMPONENT.test(component));
  if (bad === undefined) return undefined;
  if (bad === '') return 'has an empty part: a slash too many';
  if (PATH_COMPONENT.test(bad.toLowerCase())) {
    return `has upper-case letters; repository names are lower case: ${quote(path.toLowerCase())}`;
  }
  const strange = /[^a-z0-9._-]/iu.exec(bad)?.[0];
  if (strange !== undefined) {
    return `has ${quote(strange)} in ${quote(bad)}; a name is made of a-z, 0-9 and single . _ - between them`;
  }
  return `has an invalid part ${quote(bad)}; it must start and end with a-z or 0-9, with one of . _ __ - between them`;
}

function problemOfTag(tag: string): string {
  if (tag === '') return 'has an empty tag';
  if (tag.length > MAX_TAG_LENGTH) return `has a tag longer than ${MAX_TAG_LENGTH} characters`;
  return `has an invalid tag ${quote(tag)}; a tag is made of A-Z, a-z, 0-9, _ . and -, without . or - in front`;
}

function failed(problem: string): { readonly ok: false; readonly problem: string } {
  return { ok: false, problem };
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}...` : text);
}
