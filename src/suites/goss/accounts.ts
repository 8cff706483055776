/** The files that Go looks names up in; no name service of the image is asked. */
export const PASSWD_FILE = '/etc/passwd';
export const GROUP_FILE = '/etc/group';

export interface Account {
  readonly name: string;
  readonly id: number;
  /** All fields of the line. */
  readonly fields: readonly string[];
}

/**
 * Lines of `/etc/group`, and of any file that begins like it. What Go passes over is passed over here.
 * @see https://man7.org/linux/man-pages/man5/group.5.html
 */
export function parseAccounts(text: string): readonly Account[] {
  return text.split('\n').flatMap((line) => {
    const fields = line.trim().split(':');
    const [name = '', , id = ''] = fields;
    if (!/^\d+$/u.test(id) || name === '' || /^[+#-]/u.test(name)) return [];
    return [{ name, id: Number(id), fields }];
  });
}

export interface User extends Account {
  readonly gid: number;
  readonly home: string;
  readonly shell: string;
}

/** @see https://man7.org/linux/man-pages/man5/passwd.5.html */
export function parseUsers(text: string): readonly User[] {
  return parseAccounts(text).flatMap((account) => {
    const [, , , gid = '', , home = '', shell = ''] = account.fields;
    return /^\d+$/u.test(gid) ? [{ ...account, gid: Number(gid), home, shell }] : [];
  });
}

/** The names of all groups of a user, sorted. */
export function groupsOf(user: User, groups: readonly Account[]): readonly string[] {
  return groups
    .filter(({ id, fields }) => id === user.gid || (fields[3] ?? '').split(',').includes(user.name))
    .map(({ name }) => name)
    .sort();
}
