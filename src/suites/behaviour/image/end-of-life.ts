/** A release of a distribution. */
export interface Release {
  /** `debian 12`. */
  readonly name: string;
  /** When its security updates end; absent when that is not known here. */
  readonly endsAt?: Date | undefined;
}

/**
 * End of the updates that everyone gets, long-term support of the distribution included.
 * @see https://wiki.debian.org/LTS
 * @see https://wiki.ubuntu.com/Releases
 * @see https://alpinelinux.org/releases/
 */
const ENDS: Readonly<Record<string, string>> = {
  'alpine 3.12': '2022-05-01',
  'alpine 3.13': '2022-11-01',
  'alpine 3.14': '2023-05-01',
  'alpine 3.15': '2023-11-01',
  'alpine 3.16': '2024-05-23',
  'alpine 3.17': '2024-11-22',
  'alpine 3.18': '2025-05-09',
  'alpine 3.19': '2025-11-01',
  'alpine 3.20': '2026-04-01',
  'alpine 3.21': '2026-11-01',
  'alpine 3.22': '2027-05-01',
  'alpine 3.23': '2027-11-01',
  'centos 7': '2024-06-30',
  'centos 8': '2021-12-31',
  'debian 8': '2020-06-30',
  'debian 9': '2022-07-01',
  'debian 10': '2024-06-30',
  'debian 11': '2026-08-31',
  'debian 12': '2028-06-30',
  'debian 13': '2030-06-30',
  'ubuntu 14.04': '2019-04-02',
  'ubuntu 16.04': '2021-04-02',
  'ubuntu 18.04': '2023-05-31',
  'ubuntu 20.04': '2025-05-31',
  'ubuntu 22.04': '2027-04-01',
  'ubuntu 22.10': '2023-07-20',
  'ubuntu 23.04': '2024-01-20',
  'ubuntu 23.10': '2024-07-12',
  'ubuntu 24.04': '2029-05-31',
  'ubuntu 24.10': '2025-07-10',
  'ubuntu 25.04': '2026-01-17',
  'ubuntu 25.10': '2026-07-01',
  'ubuntu 26.04': '2031-04-30',
};

/** Releases of Alpine before 3.12, the oldest that is listed. */
const OLDER_ALPINE = /^alpine (?:2|3\.(?:\d|1[01]))$/u;

/**
 * Which release an image is of, and until when it is looked after. Absent when the file does not say.
 * @see https://www.freedesktop.org/software/systemd/man/latest/os-release.html
 */
export function readRelease(osRelease: string): Release | undefined {
  const value = (key: string): string | undefined =>
    new RegExp(`^${key}=["']?([^"'\\n]{1,64})["']?\\s*$`, 'mu').exec(osRelease)?.[1];
  const [id, version] = [value('ID'), value('VERSION_ID')];
  if (id === undefined || version === undefined) return undefined;
  // Alpine counts its patches in VERSION_ID: `3.20.3`.
  const release = id === 'alpine' ? version.split('.').slice(0, 2).join('.') : version;
  const name = `${id} ${release}`;
  const ends = value('SUPPORT_END') ?? ENDS[name] ?? (OLDER_ALPINE.test(name) ? '2021-11-01' : '');
  const endsAt = new Date(ends);
  return Number.isNaN(endsAt.getTime()) ? { name } : { name, endsAt };
}
