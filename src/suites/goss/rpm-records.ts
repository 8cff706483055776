import { messageOf } from '../../kernel/errors.ts';
import { readSqliteTable } from './sqlite-table.ts';

export interface RpmPackage {
  readonly name: string;
  /** `[epoch:]version-release`. */
  readonly version: string;
}

/** The packages in an `rpmdb.sqlite`, or what is wrong with it. */
export function readRpmDatabase(
  bytes: Buffer,
): { readonly packages: readonly RpmPackage[] } | { readonly problem: string } {
  try {
    const rows = readSqliteTable(bytes, 'Packages');
    if (rows === undefined) return { problem: 'has no table of packages' };
    const packages = rows.flatMap(([, blob]) => (Buffer.isBuffer(blob) ? readHeader(blob) : []));
    return { packages };
  } catch (error) {
    if (error instanceof RangeError) return { problem: `cannot be read: ${messageOf(error)}` };
    throw error;
  }
}

const NAME = 1000;
const VERSION = 1001;
const RELEASE = 1002;
const EPOCH = 1003;

/**
 * A header as the database keeps it, without its magic: two counts, an index, and the values.
 * @see https://rpm-software-management.github.io/rpm/manual/format_header.html
 */
function readHeader(blob: Buffer): readonly RpmPackage[] {
  const count = blob.readUInt32BE(0);
  const valuesAt = 8 + 16 * count;
  const offsetOf = (wanted: number): number | undefined => {
    for (let index = 0; index < count; index += 1) {
      const at = 8 + 16 * index;
      if (blob.readUInt32BE(at) === wanted) return valuesAt + blob.readUInt32BE(at + 8);
    }
    return undefined;
  };
  const textOf = (tag: number): string => {
    const at = offsetOf(tag);
    return at === undefined ? '' : blob.toString('utf8', at, blob.indexOf(0, at));
  };
  const epochAt = offsetOf(EPOCH);
  const epoch = epochAt === undefined ? '' : `${String(blob.readUInt32BE(epochAt))}:`;
  const name = textOf(NAME);
  if (name === '') return [];
  return [{ name, version: `${epoch}${textOf(VERSION)}-${textOf(RELEASE)}` }];
}
