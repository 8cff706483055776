import { readFileSync } from 'node:fs';
import type { Environment } from '../host/environment.ts';
import { webAddressOf, type GitFacts } from '../host/git.ts';
import type { CiEnvironment } from '../kernel/ci-environment.ts';
import type { Provider, ProviderFacts, ProviderVariables } from './provider.ts';
import { providers } from './providers/index.ts';

/** The service that this process runs on; absent on a laptop. */
function detectProvider(env: Environment): Provider | undefined {
  return providers.find((provider) => provider.isHere(env));
}

/**
 * What the CI service says, completed by what the checkout says. `BUILD_NUM` wins over the service's own
 * build number. A branch build on a service never takes a tag from the checkout: the service decides what
 * is built.
 */
export function readCiEnvironment(env: Environment, git: GitFacts): CiEnvironment {
  const provider = detectProvider(env);
  const facts = provider?.read(variablesOf(env)) ?? localFacts(git);
  const ofCheckout = factsOf(git);
  return {
    ...facts,
    ...ofCheckout,
    provider: provider?.id ?? 'local',
    buildNumber: present(env['BUILD_NUM']) ?? facts.buildNumber,
    branch: facts.branch ?? (facts.tag === undefined ? git.branch : undefined),
    commit: ofCheckout.commit ?? facts.commit,
    defaultBranch: facts.defaultBranch ?? git.defaultBranch,
    source: facts.source ?? ofCheckout.source,
  };
}

function factsOf(
  git: GitFacts,
): Pick<CiEnvironment, 'commit' | 'committedAt' | 'isDirty' | 'source'> {
  return {
    commit: git.commit,
    committedAt: git.committedAt,
    isDirty: git.commit === undefined ? undefined : git.isDirty,
    source: git.remote === undefined ? undefined : webAddressOf(git.remote),
  };
}

/** A local checkout builds a tag only when it is at one and on no branch, as after `git checkout v1.2.3`. */
function localFacts(git: GitFacts): ProviderFacts {
  return {
    branch: git.branch,
    tag: git.branch === undefined ? git.tags.at(-1) : undefined,
    isFork: false,
  };
}

function variablesOf(env: Environment): ProviderVariables {
  return {
    get: (name) => present(env[name]),
    textOf: (name) => {
      const path = present(env[name]);
      if (path === undefined) return undefined;
      try {
        return readFileSync(path, 'utf8');
      } catch {
        // The service promised a file and gave none: what it would have said stays unknown.
        return undefined;
      }
    },
  };
}

function present(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value;
}
