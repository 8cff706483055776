import type { ImageTree } from '../../../engine/image-tree.ts';
import type { FileFacts } from './file-facts.ts';

export interface Account {
  readonly name: string;
  /** As it stands there: `x` means that `/etc/shadow` has it. */
  readonly password: string;
  readonly uid: number;
  readonly gid: number;
}

export interface Group {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

/** Who the image knows. */
export interface Accounts {
  /** Absent when the image has no `/etc/passwd`. */
  readonly users?: readonly Account[] | undefined;
  readonly groups: readonly Group[];
  /** Name to password; absent when the image has no `/etc/shadow`. */
  readonly shadow?: ReadonlyMap<string, string> | undefined;
}

/** @see https://man7.org/linux/man-pages/man5/passwd.5.html */
export function readAccounts(tree: ImageTree<FileFacts>): Accounts {
  const rows = (path: string): readonly (readonly string[])[] | undefined =>
    tree
      .fileAt(path)
      ?.facts?.text?.split('\n')
      .filter((line) => line.trim() !== '' && !line.startsWith('#'))
      .map((line) => line.split(':'));
  const users = rows('/etc/passwd')?.map(([name = '', password = '', uid, gid]) => ({
    name,
    password,
    uid: Number(uid),
    gid: Number(gid),
  }));
  const groups = rows('/etc/group')?.map(([name = '', , gid, members = '']) => ({
    name,
    gid: Number(gid),
    members: members.split(',').map((member) => member.trim()),
  }));
  const shadow = rows('/etc/shadow')?.map(
    ([name = '', password = '']) => [name, password] as const,
  );
  return {
    ...(users === undefined ? {} : { users }),
    groups: groups ?? [],
    ...(shadow === undefined ? {} : { shadow: new Map(shadow) }),
  };
}

/** As whom a container runs, or which name of USER the image does not know. */
export type Identity =
  | { readonly uid: number; readonly gids: readonly number[] }
  | { readonly unknown: 'user' | 'group'; readonly name: string };

/**
 * Reads USER as engines do: a name must be in the image, a number need not.
 * @see https://docs.docker.com/reference/dockerfile/#user
 */
export function identify(user: string, accounts: Accounts): Identity {
  const [name = '', groupName = ''] = user.split(':');
  const account = accountOf(name, accounts);
  if (account === undefined) return { unknown: 'user', name };
  if (groupName === '') return { uid: account.uid, gids: groupsOf(account, accounts) };
  const gid = gidOf(groupName, accounts.groups);
  return gid === undefined
    ? { unknown: 'group', name: groupName }
    : { uid: account.uid, gids: [gid] };
}

type Owner = Pick<Account, 'name' | 'uid' | 'gid'>;

function accountOf(name: string, { users = [] }: Accounts): Owner | undefined {
  if (/^\d+$/u.test(name))
    return users.find(({ uid }) => uid === Number(name)) ?? { name: '', uid: Number(name), gid: 0 };
  if (name === '' || name === 'root') return { name: 'root', uid: 0, gid: 0 };
  return users.find((each) => each.name === name);
}

function groupsOf({ name, gid }: Owner, { groups }: Accounts): readonly number[] {
  const others = name === '' ? [] : groups.filter(({ members }) => members.includes(name));
  return [gid, ...others.map((group) => group.gid)];
}

function gidOf(name: string, groups: readonly Group[]): number | undefined {
  if (/^\d+$/u.test(name)) return Number(name);
  return name === 'root' ? 0 : groups.find((group) => group.name === name)?.gid;
}

/** Bits of one class of permissions. */
export const READ = 4;
export const WRITE = 2;
export const EXECUTE = 1;

interface Owned {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** Whether somebody may do to a file what `bits` say. Root needs only one `x` to execute, and nothing else. */
export function mayDo(
  { uid, gids }: Extract<Identity, { uid: number }>,
  file: Owned,
  bits: number,
): boolean {
  if (uid === 0) return (bits & EXECUTE) === 0 || (file.mode & 0o111) !== 0;
  const shift = file.uid === uid ? 6 : gids.includes(file.gid) ? 3 : 0;
  return ((file.mode >> shift) & bits) === bits;
}
