import { dockerInspect } from '../by-hand.ts';
import { imageClasses } from '../image-class.ts';
import { renderLines, renderList } from '../render.ts';
import type { Check, CheckResult } from '../check.ts';
import type { Subject } from '../subject.ts';

/** @see https://github.com/opencontainers/image-spec/blob/v1.1.1/annotations.md */
export const labels: Check<'image'> = {
  id: 'labels',
  title: 'Says where it comes from',
  proves:
    'Labels of the image say what it is, from which commit of which repository, when, and under which licence.',
  appliesTo: imageClasses,
  severity: 'warn',
  group: 'static',
  needs: 'image',

  async run(_, subject) {
    return judgeLabels(subject);
  },

  byHand: (subject) => dockerInspect(subject, 'Config.Labels'),
};

const PREFIX = 'org.opencontainers.image.';

interface LabelForm {
  readonly name: string;
  readonly form: RegExp;
  /** What the form is, with its article. */
  readonly is: string;
  readonly isExpected: boolean;
}

const URL_FORM = /^(?:https?|ssh|git):\/\/\S+$|^[\w.-]+@[\w.-]+:\S+$/u;
const ANYTHING = /\S/u;

const forms: readonly LabelForm[] = [
  { name: 'title', form: ANYTHING, is: 'a name', isExpected: true },
  { name: 'source', form: URL_FORM, is: 'a URL', isExpected: true },
  { name: 'revision', form: /^\S+$/u, is: 'a revision', isExpected: true },
  { name: 'version', form: ANYTHING, is: 'a version', isExpected: true },
  {
    name: 'licenses',
    form: /^[A-Za-z0-9.+()-]+(?:\s+(?:AND|OR|WITH|and|or|with)\s+[A-Za-z0-9.+()-]+)*$/u,
    is: 'an SPDX expression',
    isExpected: true,
  },
  {
    name: 'created',
    form: /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/u,
    is: 'a time as in RFC 3339',
    isExpected: true,
  },
  { name: 'url', form: URL_FORM, is: 'a URL', isExpected: false },
  { name: 'documentation', form: URL_FORM, is: 'a URL', isExpected: false },
  {
    name: 'base.digest',
    form: /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-f0-9]{32,}$/u,
    is: 'a digest',
    isExpected: false,
  },
];

function judgeLabels({ image }: Subject): CheckResult {
  const given = image.record.config.labels;
  const valueOf = (name: string): string => given[`${PREFIX}${name}`]?.trim() ?? '';
  const wrong = forms.filter(({ name, form }) => valueOf(name) !== '' && !form.test(valueOf(name)));
  const missing = forms.filter(({ name, isExpected }) => isExpected && valueOf(name) === '');
  const [first] = wrong;
  if (first !== undefined) {
    return {
      verdict: 'warn',
      message: `The label ${PREFIX}${first.name} is not ${first.is}.`,
      fix: `Write ${first.is} there, or remove the label.`,
      evidence: renderLines(
        wrong.map(({ name }) => `${PREFIX}${name}: ${valueOf(name).slice(0, 100)}`),
      ),
    };
  }
  const lost = lostSince(image);
  if (lost !== undefined)
    return {
      verdict: 'warn',
      message: `Has no longer what ${lost.from} says: ${renderList(lost.names)}.`,
      fix: 'Put the labels back, or under `labels` of the image in seatrial.yaml.',
    };
  if (missing.length === 0)
    return {
      verdict: 'pass',
      message: `Its labels say ${renderList(forms.filter(({ isExpected }) => isExpected).map(({ name }) => name))}.`,
    };
  const names = missing.map(({ name }) => name);
  return {
    verdict: 'warn',
    message: `Has no ${names.length === 1 ? 'label' : 'labels'} for ${renderList(names)} (${PREFIX}${names[0] ?? ''}).`,
    fix: `Add \`LABEL ${PREFIX}${names[0] ?? ''}="…"\`, or under \`labels\` of the image in seatrial.yaml; of a commit Seatrial knows source, revision and created by itself.`,
  };
}

/** Labels of the last release that tell where it comes from, and are gone; absent when none is. */
function lostSince({
  previous,
  record,
}: Subject['image']): { readonly from: string; readonly names: readonly string[] } | undefined {
  if (previous === undefined || 'reason' in previous) return undefined;
  const names = Object.keys(previous.record.config.labels).filter(
    (name) => name.startsWith(PREFIX) && !Object.hasOwn(record.config.labels, name),
  );
  return names.length === 0 ? undefined : { from: previous.ref, names };
}
