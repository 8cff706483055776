import { dockerLook, printFile } from '../by-hand.ts';
import { imageClasses } from '../image-class.ts';
import { readAccounts, type Accounts } from '../image/accounts.ts';
import { renderList } from '../render.ts';
import type { Check, CheckResult } from '../check.ts';

/** @see https://github.com/docker-library/official-images/blob/master/test/tests/no-hard-coded-passwords/run.sh */
export const noHardCodedPasswords: Check<'image'> = {
  id: 'no-hard-coded-passwords',
  title: 'No passwords for accounts',
  proves:
    'Nobody can log in with a password that every copy of the image has: not as root with none, and not as anybody with a known one.',
  appliesTo: imageClasses,
  severity: 'error',
  group: 'static',
  needs: 'image',

  async run({ tree }) {
    return judgePasswords(readAccounts(tree));
  },

  byHand: (subject) => dockerLook(subject, printFile('/etc/passwd'), printFile('/etc/shadow')),
};

type Password = 'none' | 'locked' | 'known' | 'odd';

function judgePasswords(accounts: Accounts): CheckResult {
  const { users } = accounts;
  if (users === undefined)
    return { verdict: 'pass', message: 'Has no accounts: there is no /etc/passwd to read.' };
  const named = (wanted: Password): readonly string[] =>
    users.filter((user) => passwordOf(user, accounts) === wanted).map(({ name }) => name);
  const [known, open, odd] = [named('known'), named('none'), named('odd')];
  if (open.includes('root')) {
    return {
      verdict: 'fail',
      message:
        'root has an empty password: whoever gets into the container becomes root (CVE-2019-5021).',
      fix: 'Lock it: `RUN passwd -l root`, or `sed -i -e "s/^root::/root:!:/" /etc/shadow`.',
    };
  }
  if (known.length > 0) {
    return {
      verdict: 'fail',
      message: `The password of ${renderList(known)} is in the image, the same in every copy, where it can be guessed at leisure.`,
      fix: `Lock the account (\`RUN passwd -l ${known[0] ?? ''}\`) and set a password when the container starts.`,
    };
  }
  const doubtful = [...open, ...odd];
  if (doubtful.length > 0) {
    return {
      verdict: 'warn',
      message: `The password of ${renderList(doubtful)} is empty or of no known form.`,
      fix: `Write \`*\` or \`!\` in its place, or run \`passwd -l ${doubtful[0] ?? ''}\`.`,
    };
  }
  return { verdict: 'pass', message: 'No account has a password.' };
}

function passwordOf(
  { name, password }: NonNullable<Accounts['users']>[number],
  { shadow }: Accounts,
): Password {
  // Without /etc/shadow, or a line in it, nobody can log in.
  const text = password === 'x' ? (shadow?.get(name) ?? '*') : password;
  if (text === '') return 'none';
  if (text.startsWith('*') || text.startsWith('!')) return 'locked';
  return text.startsWith('$') ? 'known' : 'odd';
}
