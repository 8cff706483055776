import { toPackageRecord, type PackageRecord } from './package-record.ts';

/**
 * Packages that are installed, from `/var/lib/dpkg/status` or from one file of `status.d`, as images without
 * a package manager have them.
 * @see https://manpages.debian.org/bookworm/dpkg/dpkg-query.1.en.html
 */
export function parseDpkgStatus(text: string): readonly PackageRecord[] {
  return text.split(/\n(?:[ \t]*\n)+/u).flatMap((paragraph) => {
    const fields = fieldsOf(paragraph);
    const status = fields.get('status');
    // Files of `status.d` have none: they are there because the package is.
    if (status !== undefined && !/(?:^|\s)installed$/u.test(status)) return [];
    const record = toPackageRecord('deb', {
      name: fields.get('package'),
      version: fields.get('version'),
      architecture: fields.get('architecture'),
    });
    return record === undefined ? [] : [record];
  });
}

function fieldsOf(paragraph: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of paragraph.split('\n')) {
    const colon = line.indexOf(':');
    // Lines that begin with a space go on with the field before; none of ours does.
    if (colon <= 0 || /^\s/u.test(line)) continue;
    const name = line.slice(0, colon).toLowerCase();
    if (!fields.has(name)) fields.set(name, line.slice(colon + 1).trim());
  }
  return fields;
}
