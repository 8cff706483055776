import { looksSecret } from '../../../build/secret-args.ts';
import type { FoundSecret } from './found-secret.ts';

/** A file of some program that may hold credentials. Its name selects the rule; its contents decide. */
interface CredentialFile {
  readonly path: RegExp;
  readonly kind: string;
  readonly isCertain: boolean;
  /** What stands where the credentials would. */
  readonly values: (text: string) => readonly (string | undefined)[];
}

/** The first group of each match, of a bounded number. */
function groups(form: RegExp): CredentialFile['values'] {
  return (text) => Array.from(text.matchAll(form), ([, value]) => value).slice(0, 100);
}

const files: readonly CredentialFile[] = [
  {
    path: /\/\.npmrc$/u,
    kind: 'a token in .npmrc',
    isCertain: true,
    values: groups(/^[^\n#;=]{0,300}_(?:authToken|auth|password)\s{0,8}=\s{0,8}(\S{1,2000})/gmu),
  },
  {
    path: /\/[._]netrc$/u,
    kind: 'a password in .netrc',
    isCertain: true,
    values: groups(/\bpassword\s{1,8}(\S{1,2000})/gu),
  },
  {
    path: /\/\.pypirc$/u,
    kind: 'a password in .pypirc',
    isCertain: true,
    values: groups(/^\s{0,8}password\s{0,8}[:=]\s{0,8}(\S{1,2000})/gmu),
  },
  {
    path: /\/\.docker\/config\.json$|\/\.dockercfg$/u,
    kind: 'credentials of a registry',
    isCertain: true,
    values: groups(/"(?:auth|identitytoken)"\s{0,8}:\s{0,8}"([^"]{1,4000})"/gu),
  },
  {
    path: /\/\.kube\/config$|kubeconfig/u,
    kind: 'credentials of a cluster',
    isCertain: true,
    values: groups(/^\s{0,40}(?:client-key-data|token|password):\s{0,8}(\S{16,8000})/gmu),
  },
  {
    path: /\/\.git-credentials$|\/\.git\/config$/u,
    kind: 'credentials of a git host',
    isCertain: true,
    values: groups(/https?:\/\/[^\s/:@]{0,100}:([^\s/:@]{1,300})@/gu),
  },
  {
    path: /\/\.env(?:\.(?:local|production|prod|staging))?$/u,
    kind: 'a value in .env whose name says that it is a secret',
    isCertain: false,
    values: (text) =>
      Array.from(
        text.matchAll(/^(?:export )?([A-Za-z_][A-Za-z0-9_]{0,100})=["']?([^\s"']{1,500})/gmu),
      )
        .slice(0, 500)
        .filter(([, name = '']) => looksSecret(name))
        .map(([, , value]) => value),
  },
];

/** What stands where a person or a program is to put the real one. */
const PLACEHOLDER =
  /^(?:.{0,3}$|[$<{%]|["'(]|(.)\1+$|(?:change_?me|example|your|my|todo|none|null|true|false|password|secret|token|dummy|test|placeholder))/iu;

export function findCredentials(path: string, bytes: Buffer): readonly FoundSecret[] {
  return files.flatMap(({ path: pattern, kind, isCertain, values }) => {
    if (!pattern.test(path)) return [];
    const found = values(bytes.toString('latin1'));
    const isFilled = found.some((value) => value !== undefined && !PLACEHOLDER.test(value));
    return isFilled ? [{ kind, isCertain }] : [];
  });
}
