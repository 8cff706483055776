/**
 * What a CI service, or the local checkout, says about this build. One shape for all providers:
 * `ci/providers/` fills it, tag rules and labels read it.
 */
export interface CiEnvironment {
  /** Provider id (`circleci`, `github`, …), or `local`. */
  readonly provider: string;
  /** Counts builds; absent locally unless `BUILD_NUM` is set. */
  readonly buildNumber?: string | undefined;
  readonly branch?: string | undefined;
  /** Git tag that is being built; absent on a branch build. */
  readonly tag?: string | undefined;
  /** Full commit id; absent outside a git checkout. */
  readonly commit?: string | undefined;
  /** Commit time, ISO 8601; absent outside a git checkout. */
  readonly committedAt?: string | undefined;
  /** The branch that releases come from; absent when it cannot be known. */
  readonly defaultBranch?: string | undefined;
  /** Pull or merge request number. Present means: nothing ships. */
  readonly pullRequest?: string | undefined;
  /** Whether the pull request comes from a fork. */
  readonly isFork: boolean;
  /** Page of this build; absent locally. */
  readonly url?: string | undefined;
  /** Web address of the repository, without credentials; absent when there is no remote. */
  readonly source?: string | undefined;
  /** Whether the working tree differs from the commit; absent outside a git checkout. */
  readonly isDirty?: boolean | undefined;
}
