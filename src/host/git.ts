import type { Environment } from './environment.ts';
import { runProcess } from './process.ts';

/** What a checkout says of itself. Every field is absent where git does not know. */
export interface GitFacts {
  readonly root?: string | undefined;
  readonly commit?: string | undefined;
  /** ISO 8601. */
  readonly committedAt?: string | undefined;
  readonly branch?: string | undefined;
  /** Tags at the commit, as git lists them. */
  readonly tags: readonly string[];
  /** URL of `origin`, or of the only remote, without credentials. */
  readonly remote?: string | undefined;
  /** Branch that the remote's HEAD names. */
  readonly defaultBranch?: string | undefined;
  readonly isDirty: boolean;
}

const NOT_A_CHECKOUT: GitFacts = Object.freeze({ tags: [], isDirty: false });

/** Reads the checkout that holds `folder`. No git, or no checkout, is no error: the facts are then absent. */
export async function readGit(folder: string, env: Environment): Promise<GitFacts> {
  const git = async (...argv: readonly string[]): Promise<string | undefined> => {
    const result = await runProcess('git', ['-C', folder, ...argv], {
      // Optional locks would make two runs in one folder disturb each other.
      env: { ...env, GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' },
      timeoutMs: 20_000,
    });
    return result.exitCode === 0 ? result.stdout.trim() : undefined;
  };
  const [root, status, committedAt, tags, remotes, head] = await Promise.all([
    git('rev-parse', '--show-toplevel'),
    git('status', '--porcelain=v2', '--branch', '--untracked-files=normal'),
    git('show', '--no-patch', '--format=%cI', 'HEAD'),
    git('tag', '--points-at', 'HEAD'),
    git('config', '--get-regexp', String.raw`^remote\..*\.url$`),
    git('symbolic-ref', '--short', 'refs/remotes/origin/HEAD'),
  ]);
  if (root === undefined || status === undefined) return NOT_A_CHECKOUT;
  const lines = status.split('\n');
  const commit = headerOf(lines, 'oid');
  const branch = headerOf(lines, 'head');
  return {
    root,
    commit: commit === '(initial)' ? undefined : commit,
    committedAt,
    branch: branch === '(detached)' ? undefined : branch,
    tags: (tags ?? '').split('\n').filter((tag) => tag !== ''),
    remote: remoteOf(remotes),
    defaultBranch: head?.replace(/^origin\//u, ''),
    isDirty: lines.some((line) => line !== '' && !line.startsWith('#')),
  };
}

function headerOf(lines: readonly string[], name: string): string | undefined {
  const prefix = `# branch.${name} `;
  return lines.find((line) => line.startsWith(prefix))?.slice(prefix.length);
}

function remoteOf(listing: string | undefined): string | undefined {
  const remotes = (listing ?? '')
    .split('\n')
    .map((line) => /^remote\.(.*)\.url (.*)$/u.exec(line))
    .filter((match) => match !== null);
  const chosen =
    remotes.find((match) => match[1] === 'origin') ??
    (remotes.length === 1 ? remotes[0] : undefined);
  return chosen?.[2] === undefined ? undefined : withoutCredentials(chosen[2]);
}

/** `https://user:token@host/x` to `https://host/x`; other forms hold no secret and stay as they are. */
function withoutCredentials(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/iu, (whole, scheme: string) =>
    scheme.toLowerCase().startsWith('ssh') ? whole : scheme,
  );
}

/** A remote as a web address: `git@host:team/app.git` to `https://host/team/app`. Absent for local paths. */
export function webAddressOf(remote: string): string | undefined {
  const scp = /^(?:[^@/]+@)?([^:/]+\.[^:/]+):(?!\/\/)(.+?)(?:\.git)?\/?$/u.exec(remote);
  if (scp) return `https://${scp[1]}/${scp[2]}`;
  const url = /^(?:https?|ssh|git):\/\/(?:[^@/]*@)?([^/:]+)(?::\d+)?\/(.+?)(?:\.git)?\/?$/u.exec(
    remote,
  );
  return url ? `https://${url[1]}/${url[2]}` : undefined;
}
