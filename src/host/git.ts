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

/**
 * Prints what each command says, and its exit code, after a separator that git quotes wherever it could occur. The
 * state of a checkout may have a million lines: the first ones tell enough.
 */
const QUESTIONS = `
ask() { git "$@"; printf '\\036%s\\036' "$?"; }
ask rev-parse --show-toplevel
ask show --no-patch --format=%cI HEAD
ask tag --points-at HEAD
ask config --get-regexp '^remote\\..*\\.url$'
ask symbolic-ref --short refs/remotes/origin/HEAD
git status --porcelain=v2 --branch --untracked-files=normal | head -c 65536
`;
const SEPARATOR = '\u001E';

/**
 * Reads the checkout that holds `folder`. No git, or no checkout, is no error: the facts are then absent. One shell
 * asks all that is to be asked: a process of ours is as large as we are, and starts as slowly.
 */
export async function readGit(folder: string, env: Environment): Promise<GitFacts> {
  const { stdout } = await runProcess('sh', ['-c', QUESTIONS], {
    cwd: folder,
    // Optional locks would make two runs in one folder disturb each other.
    env: { ...env, GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' },
    timeoutMs: 20_000,
  });
  const parts = stdout.split(SEPARATOR);
  const answer = (index: number): string | undefined =>
    parts[2 * index + 1] === '0' ? parts[2 * index]?.trim() : undefined;
  const status = parts.at(-1) ?? '';
  const root = answer(0);
  if (root === undefined || status === '') return NOT_A_CHECKOUT;
  const lines = status.split('\n');
  const commit = headerOf(lines, 'oid');
  const branch = headerOf(lines, 'head');
  return {
    root,
    commit: commit === '(initial)' ? undefined : commit,
    committedAt: answer(1),
    branch: branch === '(detached)' ? undefined : branch,
    tags: (answer(2) ?? '').split('\n').filter((tag) => tag !== ''),
    remote: remoteOf(answer(3)),
    defaultBranch: answer(4)?.replace(/^origin\//u, ''),
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
