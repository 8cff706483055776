import { dockerLook, inOrder, listFiles } from '../by-hand.ts';
import { imageClasses } from '../image-class.ts';
import { renderLines, renderSize } from '../render.ts';
import { quote } from '../../shell-quote.ts';
import type { Check, CheckResult } from '../check.ts';
import type { ImageFacts } from '../image/image-facts.ts';
import type { Subject } from '../subject.ts';

export const size: Check<'image'> = {
  id: 'size',
  title: 'Carries no ballast',
  proves:
    'The image is no larger than its owner allows, and little of it is hidden by later layers or left over by package managers.',
  appliesTo: imageClasses,
  severity: 'error',
  group: 'static',
  needs: 'image',

  async run(facts, subject) {
    return judgeSize(facts, subject);
  },

  byHand: (subject) =>
    inOrder(
      `docker history ${quote(subject.image.ref)}`,
      dockerLook(subject, `${listFiles} | sort -rnk3 | head -20`),
    ),
};

/**
 * Less ballast than both is not worth a word. The share is the one that `dive` refuses.
 * @see https://github.com/wagoodman/dive#ci-integration
 */
const LEAST_BALLAST_BYTES = 20 * 1024 ** 2;
const LEAST_BALLAST_SHARE = 0.1;

/** What package managers keep for the next time, which never comes. */
const CACHES =
  /^\/(?:var\/lib\/apt\/lists|var\/cache\/(?:apt|apk|dnf|yum|zypp)|(?:root|home\/[^/]+)\/\.(?:cache|npm|m2\/repository|gradle\/caches)|usr\/local\/share\/\.cache)\//u;

interface Piece {
  readonly path: string;
  readonly sizeBytes: number;
}

function judgeSize(facts: ImageFacts, subject: Subject): CheckResult {
  const { maxSizeBytes } = subject;
  const all = facts.layers.flatMap(({ files }) => files);
  const files = [...facts.tree.files.values()];
  const allBytes = sumOf(all);
  const hidden = facts.tree.hidden.map(({ file }) => file);
  const caches = files.filter(({ path }) => CACHES.test(path));
  const total = `${renderSize(allBytes)} unpacked in ${String(facts.layers.length)} ${facts.layers.length === 1 ? 'layer' : 'layers'}`;
  const evidence = renderLines([
    ...listed('largest', files),
    ...listed('hidden by later layers', hidden),
    ...listed('of package managers', caches),
  ]);
  if (maxSizeBytes !== undefined && allBytes > maxSizeBytes) {
    return {
      verdict: 'fail',
      message: `Is ${total}, which is more than ${renderSize(maxSizeBytes)}.`,
      fix: 'Leave out the largest files that it does not need, or raise `max_size`.',
      evidence,
    };
  }
  const isBallast = (pieces: readonly Piece[]): boolean =>
    sumOf(pieces) > Math.max(LEAST_BALLAST_BYTES, allBytes * LEAST_BALLAST_SHARE);
  if (isBallast(hidden)) {
    return {
      verdict: 'warn',
      message: `Is ${total}; ${renderSize(sumOf(hidden))} of it are hidden by later layers, and pulled all the same.`,
      fix: 'Delete files in the RUN that makes them, and set owner and mode in COPY (`--chown`, `--chmod`).',
      evidence,
    };
  }
  if (isBallast(caches)) {
    return {
      verdict: 'warn',
      message: `Is ${total}; ${renderSize(sumOf(caches))} of it are left over by package managers.`,
      fix: 'Use `RUN --mount=type=cache`, or delete the cache in the RUN that fills it.',
      evidence,
    };
  }
  const growth = growthOf(subject);
  if (growth !== undefined && growth.isMuch && maxSizeBytes === undefined)
    return {
      verdict: 'warn',
      message: `Is ${total}; ${growth.said}.`,
      fix: 'Look with `seatrial diff` for what is new; when it has to be, say how large it may be: `max_size`.',
      evidence,
    };
  const than = growth === undefined ? '' : `; ${growth.said}`;
  return { verdict: 'pass', message: `Is ${total}${than}.`, evidence };
}

const MUCH_SHARE = 0.2;

/** Against the last release; absent when there is none. */
function growthOf({
  image: { previous, record },
}: Subject): { readonly said: string; readonly isMuch: boolean } | undefined {
  if (previous === undefined || 'reason' in previous) return undefined;
  const before = previous.record.sizeBytes;
  const grownBytes = record.sizeBytes - before;
  const percent = before === 0 ? 0 : Math.round((grownBytes / before) * 100);
  const sign = grownBytes < 0 ? '' : '+';
  return {
    said: `${previous.ref} has ${renderSize(before)} (${sign}${String(percent)} %)`,
    isMuch: grownBytes > before * MUCH_SHARE && grownBytes > LEAST_BALLAST_BYTES / 4,
  };
}

function sumOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

const LISTED = 5;

function listed(what: string, pieces: readonly Piece[]): readonly string[] {
  return pieces
    .filter(({ sizeBytes }) => sizeBytes > 0)
    .toSorted((a, b) => b.sizeBytes - a.sizeBytes)
    .slice(0, LISTED)
    .map(({ path, sizeBytes }) => `${what}: ${path} (${renderSize(sizeBytes)})`);
}
