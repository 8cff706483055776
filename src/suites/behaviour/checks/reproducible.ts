import { inOrder } from '../by-hand.ts';
import type { Check, CheckResult } from '../check.ts';
import { causesOf } from '../rebuild-causes.ts';
import { renderLines, renderList } from '../render.ts';
import type { RebuildRun } from '../runs.ts';

export const reproducible: Check<'rebuild'> = {
  id: 'reproducible',
  title: 'Every build makes the same',
  proves: 'Two builds without a cache, at the same `SOURCE_DATE_EPOCH`, hold the same.',
  appliesTo: ['service', 'one-shot', 'shell', 'needs-config', 'library', 'broken'],
  severity: 'error',
  group: 'standard',
  needs: 'rebuild',

  isUnasked: ({ isReproducible }) => isReproducible !== true,
  isPointless: ({ image, isReproducible }) => {
    if (isReproducible !== true)
      return 'nobody asked for two more builds: `suites: {behaviour: {reproducible: true}}`';
    return image.rebuild === undefined ? 'the image was not built here' : undefined;
  },

  async run(run) {
    return judgeRebuild(run);
  },

  byHand: () =>
    inOrder(
      ...['by-hand-1', 'by-hand-2'].map(
        (tag) =>
          `docker build --no-cache --build-arg SOURCE_DATE_EPOCH=315619200 -t seatrial-${tag} .`,
      ),
      'seatrial diff seatrial-by-hand-1 seatrial-by-hand-2',
      'docker rmi seatrial-by-hand-1 seatrial-by-hand-2',
    ),
};

/** Times of files are the builder's: only an export by buildx can set them, so they are no fault of the Dockerfile. */
export function judgeRebuild({ isIdentical, settings, files }: RebuildRun): CheckResult {
  if (isIdentical) return { verdict: 'pass', message: 'Two builds made one and the same image.' };
  if (settings.length === 0 && files.length === 0)
    return {
      verdict: 'pass',
      message:
        'Two builds hold the same files and settings; times alone differ, which `buildx build --output type=image,rewrite-timestamp=true` sets to SOURCE_DATE_EPOCH.',
    };
  const causes = causesOf(files);
  const parts = [
    ...(settings.length === 0 ? [] : [`settings (${renderList(settings)})`]),
    ...causes.map(({ cause, files: own }) => `${cause.what} (${String(own.length)})`),
  ];
  return {
    verdict: 'fail',
    message: `Two builds of the same differ in ${renderList(parts)}.`,
    fix: [
      ...(settings.length === 0
        ? []
        : ['Take what is different out of ENV and LABEL, or make it an argument of the build.']),
      ...causes.map(({ cause }) => cause.fix),
    ].join(' '),
    evidence: renderLines([
      ...settings,
      ...causes.flatMap(({ cause, files: own }) =>
        own.map(({ path, change, what }) => `${cause.what}: ${change} ${path}${inBrackets(what)}`),
      ),
    ]),
  };
}

function inBrackets(what: readonly string[]): string {
  return what.length === 0 ? '' : ` (${what.join(', ')})`;
}
