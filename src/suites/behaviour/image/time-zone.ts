import type { ImageTree } from '../../../engine/image-tree.ts';
import type { FileFacts } from './file-facts.ts';

/** What the clock of a program in the container shows. */
export interface TimeZone {
  /** As the C library understands it: `UTC0`, `CET-1CEST,M3.5.0,M10.5.0/3`. */
  readonly rule: string;
  /** Who says so: `TZ`, `/etc/localtime`, or nobody. */
  readonly from: 'TZ' | '/etc/localtime' | 'default';
  /** A zone that is named, but that the image does not have: the C library then takes UTC, and says nothing. */
  readonly missing?: string | undefined;
}

const UTC = 'UTC0';
const ZONES = '/usr/share/zoneinfo';

/**
 * @param variable `TZ` of the container; absent when it has none
 * @see https://man7.org/linux/man-pages/man3/tzset.3.html
 */
export function readTimeZone(
  tree: ImageTree<FileFacts>,
  variable: string | undefined,
): TimeZone | undefined {
  if (variable === undefined) return localTime(tree);
  const name = variable.replace(/^:/u, '');
  if (name === '') return { rule: UTC, from: 'TZ' };
  const path = name.startsWith('/') ? name : `${ZONES}/${name}`;
  const file = tree.fileAt(path);
  if (file !== undefined) {
    const rule = file.facts?.zone;
    return rule === undefined ? undefined : { rule, from: 'TZ' };
  }
  if (isUtcName(name)) return { rule: UTC, from: 'TZ' };
  // `EST5EDT` is a rule by itself; a name without a number is not.
  return /\d/u.test(name) && !name.includes('/')
    ? { rule: name, from: 'TZ' }
    : { rule: UTC, from: 'TZ', missing: name };
}

function isUtcName(name: string): boolean {
  return /^(?:Etc\/)?(?:UTC|UCT|Universal|Zulu)0?$/u.test(name);
}

/** Absent when there is a file that says nothing to us. */
function localTime(tree: ImageTree<FileFacts>): TimeZone | undefined {
  const link = tree.files.get('/etc/localtime');
  if (link === undefined) return { rule: UTC, from: 'default' };
  const file = tree.fileAt('/etc/localtime');
  if (file === undefined) {
    const missing = link.linkTo?.split('/zoneinfo/')[1] ?? link.linkTo;
    const isUtc = missing === undefined || isUtcName(missing);
    return { rule: UTC, from: '/etc/localtime', ...(isUtc ? {} : { missing }) };
  }
  const rule = file.facts?.zone;
  return rule === undefined ? undefined : { rule, from: '/etc/localtime' };
}

/** Whether the clock shows UTC under that name, as `date +%Z` prints it. */
export function isUtc({ rule }: TimeZone): boolean {
  return /^<?UTC>?[+-]?0{0,2}(?::00)*$/u.test(rule);
}
