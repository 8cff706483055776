import type { FileChange } from '../../evidence/image-changes.ts';

/** Why files of one kind are different after each build, and what helps. */
export interface RebuildCause {
  /** `logs`: completes "differ in …". */
  readonly what: string;
  readonly paths: RegExp;
  readonly fix: string;
}

/** The first that fits. */
const causes: readonly RebuildCause[] = [
  {
    what: 'records of package managers',
    paths:
      /^\/(?:var\/lib\/(?:dpkg|apt|rpm|dnf|pacman)|(?:usr\/)?lib\/apk\/db|usr\/lib\/sysimage\/rpm)\//u,
    fix: 'Install pinned versions from a snapshot of the archive (`snapshot.debian.org`), and remove `/var/lib/apt/lists/*` in the same RUN.',
  },
  {
    what: 'logs',
    paths: /^\/var\/log\/|\.log$/u,
    fix: 'Remove logs in the RUN that writes them: `rm -rf /var/log/*`.',
  },
  {
    what: 'caches',
    paths: /^\/(?:var\/cache|root\/\.(?:cache|npm)|home\/[^/]+\/\.cache|tmp)\//u,
    fix: 'Keep caches out of the image: `RUN --mount=type=cache`, or remove them in the same RUN.',
  },
  {
    what: 'numbers and keys that are made up at install time',
    paths: /^\/etc\/(?:machine-id$|ssh\/ssh_host_|ssl\/private\/|shadow-?$)/u,
    fix: 'Remove keys and ids from the image and make them at the first start; `chage -d` or SOURCE_DATE_EPOCH sets the day in /etc/shadow.',
  },
  {
    what: 'compiled Python',
    paths: /\.py[co]$/u,
    fix: 'Set `PYTHONDONTWRITEBYTECODE=1`, or compile with `--invalidation-mode unchecked-hash`.',
  },
  {
    what: 'archives',
    paths: /\.(?:gz|tgz|zip|jar|war|whl|tar|bz2|xz|zst)$/u,
    fix: 'Pack without times and in a fixed order: `gzip -n`, `tar --sort=name --mtime=@$SOURCE_DATE_EPOCH`, `zip -X`.',
  },
];

const OTHER: RebuildCause = {
  what: 'contents of their own',
  paths: /./u,
  fix: 'Look for times, random numbers, host names and unpinned downloads in what makes them; take the time from `ARG SOURCE_DATE_EPOCH`.',
};

/**
 * Places over which the builder mounts its own files in each RUN. What it leaves there is empty, and there in one build
 * and not in the next, as its clean-up happens to find it. No Dockerfile can write to them.
 * @see https://github.com/moby/buildkit/blob/v0.11.0/executor/stubs.go
 */
const MOUNTED = /^\/(?:etc\/(?:hosts|resolv\.conf|mtab)$|(?:dev|proc|sys)(?:\/|$))/u;

/** Whether what is at a path is the builder's. */
export function isOfBuilder(path: string): boolean {
  return MOUNTED.test(path);
}

/** Changed files by their cause; of no cause without files. */
export function causesOf(
  files: readonly FileChange[],
): readonly { readonly cause: RebuildCause; readonly files: readonly FileChange[] }[] {
  return [...causes, OTHER].flatMap((cause) => {
    const own = files.filter(({ path }) => causeOf(path) === cause);
    return own.length === 0 ? [] : [{ cause, files: own }];
  });
}

function causeOf(path: string): RebuildCause {
  return causes.find(({ paths }) => paths.test(path)) ?? OTHER;
}
