import { toPackageRecord, type PackageRecord } from './package-record.ts';

/**
 * Packages that are installed, from `/lib/apk/db/installed`.
 * @see https://wiki.alpinelinux.org/wiki/Apk_spec#Installed_Database_V2
 */
export function parseApkInstalled(text: string): readonly PackageRecord[] {
  return text.split(/\n\n+/u).flatMap((paragraph) => {
    const fields = new Map<string, string>();
    for (const line of paragraph.split('\n')) {
      const [, name, value] = /^([PVAL]):(.*)$/u.exec(line) ?? [];
      if (name !== undefined && value !== undefined && !fields.has(name)) fields.set(name, value);
    }
    const record = toPackageRecord('apk', {
      name: fields.get('P'),
      version: fields.get('V'),
      architecture: fields.get('A'),
      license: fields.get('L'),
    });
    return record === undefined ? [] : [record];
  });
}
