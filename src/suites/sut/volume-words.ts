/** A mount as the short form of `volumes` says it. */
export interface WrittenMount {
  readonly type: 'volume' | 'bind' | 'tmpfs';
  /** Name of a volume, or path as written; absent for an anonymous volume and in memory. */
  readonly source?: string | undefined;
  readonly target: string;
  readonly isReadOnly: boolean;
  /** Whether a path of the project that is not there is made. */
  readonly createsSource: boolean;
  readonly sizeBytes?: number | undefined;
  /** Words of the short form that nothing comes of here. */
  readonly unused: readonly string[];
}

/** Or a clause that follows the name of the value. */
export type MountReading =
  | { readonly ok: true; readonly mount: WrittenMount }
  | { readonly ok: false; readonly problem: string };

const VOLUME_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/u;
const MODES: ReadonlySet<string> = new Set(['ro', 'rw']);
/** For file systems of a Mac, which are shared with the engine in another way. */
const WITHOUT_MEANING: ReadonlySet<string> = new Set(['cached', 'delegated', 'consistent']);
const LABELS: ReadonlySet<string> = new Set(['z', 'Z']);

/**
 * `[source:]target[:options]`.
 * @see https://docs.docker.com/reference/compose-file/services/#short-syntax-5
 */
export function parseVolume(text: string): MountReading {
  const parts = text.split(':');
  if (parts.length > 3) return failed('has more than two `:`');
  const [first = '', second, third = ''] = parts;
  const target = second ?? first;
  if (!target.startsWith('/')) {
    return failed(`mounts at ${JSON.stringify(target)}, which is no absolute path`);
  }
  const options = third.split(',').filter((option) => option !== '');
  const unknown = options.find((option) => !isKnown(option));
  if (unknown !== undefined) return failed(`has the option \`${unknown}\`, which is not supported`);
  const common = {
    target,
    isReadOnly: options.includes('ro'),
    createsSource: true,
    unused: options.filter((option) => LABELS.has(option)),
  };
  if (second === undefined) return { ok: true, mount: { type: 'volume', ...common } };
  if (/^[./~]/u.test(first)) return { ok: true, mount: { type: 'bind', source: first, ...common } };
  if (VOLUME_NAME.test(first)) {
    return { ok: true, mount: { type: 'volume', source: first, ...common } };
  }
  return failed(`names the volume ${JSON.stringify(first)}, which cannot be a name`);
}

function isKnown(option: string): boolean {
  return MODES.has(option) || WITHOUT_MEANING.has(option) || LABELS.has(option);
}

function failed(problem: string): MountReading {
  return { ok: false, problem };
}
