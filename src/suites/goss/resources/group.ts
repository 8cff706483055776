import { showByHand } from '../../files-by-hand.ts';
import { GROUP_FILE, parseAccounts } from '../accounts.ts';
import type { Fact, ResourceKind } from '../resource-kind.ts';

const FIX = 'Let the image have the group, as with `groupadd`, or correct the test.';

export const group: ResourceKind = {
  type: 'group',
  nameKey: 'groupname',
  properties: { exists: { isRequired: true }, gid: {} },
  settings: {},
  isGated: true,
  needs: () => 'files',
  wishes: () => ({ contents: [GROUP_FILE] }),
  look: async ({ name }, { files }) => {
    const text = files.bytes(GROUP_FILE)?.toString('utf8') ?? '';
    const found = parseAccounts(text).find((each) => each.name === name);
    return (property): Fact => {
      if (property === 'exists') return { value: found !== undefined, fix: FIX };
      if (found !== undefined) return { value: found.id, fix: FIX };
      return { problem: `cannot be told: ${GROUP_FILE} has no ${name}`, fix: FIX };
    };
  },
  byHand: (_, ref) => showByHand(ref, GROUP_FILE),
};
