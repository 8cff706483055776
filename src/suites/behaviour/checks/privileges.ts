import { dockerLook, listFiles } from '../by-hand.ts';
import { imageClasses } from '../image-class.ts';
import { identify, readAccounts } from '../image/accounts.ts';
import { userOf } from '../image/programs.ts';
import { renderLines, renderList } from '../render.ts';
import type { TreeFile } from '../../../engine/image-tree.ts';
import type { Check, CheckResult } from '../check.ts';
import type { ImageFacts } from '../image/image-facts.ts';
import type { Subject } from '../subject.ts';

export const privileges: Check<'image'> = {
  id: 'privileges',
  title: 'Gives nobody more rights',
  proves:
    'No file gives whoever runs or writes it the rights of another, besides those that distributions bring.',
  appliesTo: imageClasses,
  severity: 'warn',
  group: 'static',
  needs: 'image',

  async run(facts, subject) {
    return judgePrivileges(facts, subject);
  },

  byHand: (subject) =>
    dockerLook(subject, `${listFiles} | grep -E '^(-..[sS]|-.{5}[sS]|-.{7}w|d.{7}w[^tT])'`),
};

/** Programs that distributions install with the rights of root or of a group. */
const OF_DISTRIBUTIONS: ReadonlySet<string> = new Set(
  (
    'at bbsuid bsd-write chage chfn chsh crontab dbus-daemon-launch-helper expiry fusermount fusermount3 gpasswd ' +
    'locate mlocate mount mount.cifs mount.nfs newgidmap newgrp newuidmap ntfs-3g pam_timestamp_check passwd ' +
    'ping ping6 pkexec polkit-agent-helper-1 ssh-agent ssh-keysign su sudo sudoedit sg traceroute6 umount ' +
    'unix_chkpwd unix_update userhelper usernetctl utempter vipw wall write Xorg.wrap'
  ).split(' '),
);
const FOLDERS = /^\/(?:usr\/)?(?:local\/)?(?:s?bin|lib|lib64|libexec)\//u;

interface Finding {
  readonly what: string;
  readonly files: readonly TreeFile[];
  readonly fix: string;
}

function judgePrivileges(facts: ImageFacts, subject: Subject): CheckResult {
  const files = [...facts.tree.files.values()];
  const findings = [raisedOf(files), openOf(files), ownerlessOf(files, facts, subject)].filter(
    (finding) => finding.files.length > 0,
  );
  const [first] = findings;
  if (first === undefined)
    return { verdict: 'pass', message: 'No file gives more rights than distributions give.' };
  return {
    verdict: 'warn',
    message: `Has ${renderList(findings.map(({ what, files: found }) => `${String(found.length)} ${what}`))}.`,
    fix: first.fix,
    evidence: renderLines(findings.flatMap(({ files: found }) => found.map(renderFile))),
  };
}

function isRaised({ type, mode, hasCapabilities }: TreeFile): boolean {
  return type === 'file' && ((mode & 0o6000) !== 0 || hasCapabilities) && (mode & 0o111) !== 0;
}

function raisedOf(files: readonly TreeFile[]): Finding {
  return {
    what: 'of setuid, setgid or with capabilities',
    files: files.filter((file) => isRaised(file) && !isOfDistribution(file.path)),
    fix: 'Take the bit away, `RUN chmod a-s FILE` or `setcap -r FILE`, or start the program as the user that it needs.',
  };
}

function isOfDistribution(path: string): boolean {
  return FOLDERS.test(path) && OF_DISTRIBUTIONS.has(path.slice(path.lastIndexOf('/') + 1));
}

function isOpen({ type, mode }: TreeFile): boolean {
  const isSticky = (mode & 0o1000) !== 0;
  return (mode & 0o002) !== 0 && (type === 'file' || (type === 'folder' && !isSticky));
}

function openOf(files: readonly TreeFile[]): Finding {
  return {
    what: 'that everyone may write to',
    files: files.filter(isOpen),
    fix: 'Give the files to the user that writes to them (`COPY --chown`), and folders for all the sticky bit (`chmod 1777`).',
  };
}

/** The user of the image need not be in `/etc/passwd`, and what it owns is meant for it. */
function ownerlessOf(files: readonly TreeFile[], { tree }: ImageFacts, subject: Subject): Finding {
  const accounts = readAccounts(tree);
  const identity = identify(userOf(subject), accounts);
  const known = new Set([
    0,
    ...(accounts.users ?? []).map(({ uid }) => uid),
    ...('uid' in identity ? [identity.uid] : []),
  ]);
  return {
    what: 'of an owner that the image does not know',
    files: accounts.users === undefined ? [] : files.filter(({ uid }) => !known.has(uid)),
    fix: 'Copy with `--chown=USER`, so that no owner of the machine that built it comes along.',
  };
}

function renderFile({ path, mode, uid, gid, hasCapabilities }: TreeFile): string {
  const capable = hasCapabilities ? ' with capabilities' : '';
  return `${mode.toString(8).padStart(4, '0')} ${String(uid)}:${String(gid)} ${path}${capable}`;
}
