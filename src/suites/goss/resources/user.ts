import { showByHand } from '../../files-by-hand.ts';
import { GROUP_FILE, groupsOf, parseAccounts, parseUsers, PASSWD_FILE } from '../accounts.ts';
import type { Fact, ResourceKind } from '../resource-kind.ts';

const FIX = 'Let the image have the user, as with `useradd`, or correct the test.';

export const user: ResourceKind = {
  type: 'user',
  nameKey: 'username',
  properties: { exists: { isRequired: true }, uid: {}, gid: {}, home: {}, groups: {}, shell: {} },
  settings: {},
  isGated: true,
  needs: () => 'files',
  wishes: () => ({ contents: [PASSWD_FILE, GROUP_FILE] }),
  look: async ({ name }, { files }) => {
    const text = (path: string): string => files.bytes(path)?.toString('utf8') ?? '';
    const found = parseUsers(text(PASSWD_FILE)).find((each) => each.name === name);
    const looks: Readonly<Record<string, (() => unknown) | undefined>> =
      found === undefined
        ? {}
        : {
            exists: () => true,
            uid: () => found.id,
            gid: () => found.gid,
            home: () => found.home,
            shell: () => found.shell,
            groups: () => groupsOf(found, parseAccounts(text(GROUP_FILE))),
          };
    return (property): Fact => {
      const see = looks[property];
      if (see !== undefined) return { value: see(), fix: FIX };
      if (property === 'exists') return { value: false, fix: FIX };
      return { problem: `cannot be told: ${PASSWD_FILE} has no ${name}`, fix: FIX };
    };
  },
  byHand: (_, ref) => showByHand(ref, PASSWD_FILE),
};
