import type { Check } from '../check.ts';
import { judgeVariant, variantByHand } from '../judge-variant.ts';
import { quote } from '../../shell-quote.ts';
import { circumstancesOf } from '../hardening/circumstances-of.ts';

export const hardened: Check<'hardened'> = {
  id: 'hardened',
  title: 'Needs no more than it is locked to',
  proves: 'The image runs with what `seatrial.lock` gives it, and nothing else.',
  appliesTo: ['service'],
  severity: 'error',
  group: 'standard',
  needs: 'hardened',

  isUnasked: ({ image }) => image.profile.hardening === undefined,

  isPointless: ({ image }) =>
    image.profile.hardening === undefined ? 'there is no seatrial.lock that names it' : undefined,

  async run(run, subject) {
    return judgeVariant(run, subject, {
      how: 'with what `seatrial.lock` gives it',
      fix: `Find out what it needs now, and whether it should: \`seatrial harden ${quote(subject.image.name)}\`; \`--write\` puts that into seatrial.lock.`,
    });
  },

  byHand: (subject) =>
    variantByHand(
      subject,
      subject.image.profile.hardening === undefined
        ? {}
        : circumstancesOf(subject.image.profile.hardening),
    ),
};
