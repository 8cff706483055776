import { dockerInspect, dockerLook, inOrder, printFile } from '../by-hand.ts';
import { imageClasses } from '../image-class.ts';
import { readRelease } from '../image/end-of-life.ts';
import type { Check, CheckResult } from '../check.ts';
import type { ImageFacts } from '../image/image-facts.ts';

export const age: Check<'image'> = {
  id: 'age',
  title: 'Is looked after',
  proves: 'The distribution that the image is made of still gets security updates.',
  appliesTo: imageClasses,
  severity: 'info',
  group: 'static',
  needs: 'image',

  async run(facts) {
    return judgeAge(facts);
  },

  byHand: (subject) =>
    inOrder(dockerInspect(subject, 'Created'), dockerLook(subject, printFile('/etc/os-release'))),
};

const DAY_MS = 24 * 3600 * 1000;

function judgeAge({ tree, builtAt, now }: ImageFacts): CheckResult {
  const text = (tree.fileAt('/etc/os-release') ?? tree.fileAt('/usr/lib/os-release'))?.facts?.text;
  const release = text === undefined ? undefined : readRelease(text);
  const days =
    builtAt === undefined ? undefined : Math.floor((now.getTime() - builtAt.getTime()) / DAY_MS);
  const built = days === undefined || days < 0 ? '' : `, built ${String(days)} days ago`;
  if (release === undefined)
    return { verdict: 'pass', message: `Is of no distribution that can end${built}.` };
  const { name, endsAt } = release;
  if (endsAt === undefined)
    return { verdict: 'pass', message: `Is ${name}, of which no end is known here${built}.` };
  const day = endsAt.toISOString().slice(0, 10);
  if (endsAt > now)
    return { verdict: 'pass', message: `Is ${name}, which gets updates until ${day}${built}.` };
  return {
    verdict: 'warn',
    message: `Is ${name}, whose security updates ended on ${day}${built}.`,
    fix: 'Build from a newer release of the base image.',
  };
}
