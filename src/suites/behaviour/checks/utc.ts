import { dockerInspect, dockerLook, inOrder } from '../by-hand.ts';
import { imageClasses } from '../image-class.ts';
import { variableOf } from '../image/programs.ts';
import { isUtc, readTimeZone } from '../image/time-zone.ts';
import type { Check, CheckResult } from '../check.ts';
import type { ImageFacts } from '../image/image-facts.ts';
import type { Subject } from '../subject.ts';

/** @see https://github.com/docker-library/official-images/blob/master/test/tests/utc/run.sh */
export const utc: Check<'image'> = {
  id: 'utc',
  title: 'Its clock shows UTC',
  proves: 'A program in the image sees the time in UTC, as everywhere else.',
  appliesTo: imageClasses,
  severity: 'warn',
  group: 'static',
  needs: 'image',

  async run(facts, subject) {
    return judgeZone(facts, subject);
  },

  byHand: (subject) =>
    inOrder(
      dockerInspect(subject, 'Config.Env'),
      dockerLook(subject, 'docker cp -L by-hand:/etc/localtime - | tar -xO | tail -1'),
    ),
};

function judgeZone({ tree }: ImageFacts, subject: Subject): CheckResult {
  const zone = readTimeZone(tree, variableOf(subject, 'TZ'));
  if (zone === undefined) {
    const reason = 'the time zone of the image is in a form that is not understood';
    return { verdict: 'skip', message: `Cannot be judged: ${reason}.`, reason };
  }
  if (isUtc(zone)) {
    const why = zone.from === 'default' ? 'it names no time zone' : `${zone.from} says so`;
    return { verdict: 'pass', message: `Its clock shows UTC: ${why}.` };
  }
  return {
    verdict: 'warn',
    message: `Its clock shows another time than UTC (${zone.rule}): ${zone.from} says so.`,
    fix:
      zone.from === 'TZ'
        ? 'Remove `ENV TZ`; whoever wants another zone sets it when starting a container.'
        : 'Remove /etc/localtime; whoever wants another zone sets `TZ` when starting a container.',
  };
}
