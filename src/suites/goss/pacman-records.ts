import type { RpmPackage } from './rpm-records.ts';

/**
 * The package of a `desc` file below `/var/lib/pacman/local`.
 * @see https://man.archlinux.org/man/alpm-db-desc.5.en
 */
export function parsePacmanDescription(text: string): readonly RpmPackage[] {
  const valueOf = (key: string): string | undefined =>
    new RegExp(String.raw`^%${key}%\n(.+)$`, 'mu').exec(text)?.[1]?.trim();
  const name = valueOf('NAME');
  const version = valueOf('VERSION');
  return name === undefined || version === undefined ? [] : [{ name, version }];
}
