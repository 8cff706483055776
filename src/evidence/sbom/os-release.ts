/** Which distribution the packages are of. */
export interface OsRelease {
  /** `debian`. */
  readonly id: string;
  /** `12`; absent in rolling distributions. */
  readonly versionId?: string | undefined;
}

/** @see https://www.freedesktop.org/software/systemd/man/latest/os-release.html */
export function parseOsRelease(text: string): OsRelease | undefined {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, name, value] = /^\s*([A-Z_]+)=["']?([A-Za-z0-9._-]{1,64})["']?\s*$/u.exec(line) ?? [];
    if (name !== undefined && value !== undefined) values.set(name, value);
  }
  const id = values.get('ID');
  const versionId = values.get('VERSION_ID');
  if (id === undefined || !/^[a-z0-9._-]+$/u.test(id)) return undefined;
  return { id, ...(versionId === undefined ? {} : { versionId }) };
}
