import { comeUp, dockerRemove, dockerRun, inOrder } from '../by-hand.ts';
import { isAllowed, type Written, type WrittenPath } from '../writes-seen.ts';
import { renderLines, renderList, renderSize } from '../render.ts';
import { stateByHand } from '../state-by-hand.ts';
import { volumesOf, type Subject } from '../subject.ts';
import type { Check, CheckResult } from '../check.ts';

export const writes: Check<'ready'> = {
  id: 'writes',
  title: 'Writes only where it may',
  proves: 'The image writes to its volumes and to temporary places, and nowhere else.',
  appliesTo: ['service'],
  severity: 'error',
  group: 'quick',
  needs: 'ready',

  async run(run, subject) {
    return judgeWrites(await run.written(), subject);
  },

  byHand: (subject) =>
    inOrder(
      dockerRun(subject),
      comeUp,
      ...(subject.image.profile.state === undefined ? [] : [stateByHand(subject, 'write')]),
      'docker diff by-hand',
      dockerRemove(),
    ),
};

/** Above this, what is written is taken for data. */
const DATA_BYTES = 10 * 1024 ** 2;

function judgeWrites(written: Written, subject: Subject): CheckResult {
  const outside = written.paths.filter(({ path }) => !isAllowed(path, subject.mayWrite));
  if (outside.length === 0) {
    return { verdict: 'pass', message: 'Wrote nothing outside its volumes and temporary places.' };
  }
  const evidence = renderPaths(outside);
  const volumes = volumesOf(subject);
  const stateful = outside.filter(({ path }) => written.byState.includes(path));
  if (stateful.length > 0 && written.isVolumeUnused) {
    return {
      verdict: 'fail',
      message: `\`state.write\` wrote to ${namesOf(stateful)}, and nothing to ${renderList(volumes)}: the data is lost when the container is replaced.`,
      fix: `Make the program keep its data under ${renderList(volumes)}, or declare \`VOLUME ${folderOf(stateful[0]?.path ?? '/')}\`.`,
      evidence,
    };
  }
  const sizeBytes = outside.reduce((sum, each) => sum + each.sizeBytes, 0);
  if (sizeBytes > DATA_BYTES) {
    return {
      verdict: 'fail',
      message: `Wrote ${renderSize(sizeBytes)} outside its volumes (${namesOf(outside)}): data there is lost when the container is replaced.`,
      fix: `Declare \`VOLUME ${folderOf(outside[0]?.path ?? '/')}\`, or allow the path with \`suites: {behaviour: {may_write: [${folderOf(outside[0]?.path ?? '/')}]}}\`.`,
      evidence,
    };
  }
  return {
    verdict: 'warn',
    message: `Wrote outside its volumes and temporary places: ${namesOf(outside)}.`,
    fix: `Send logs to stdout, keep data in a volume and caches in /tmp; what is meant to be so, allow with \`suites: {behaviour: {may_write: [${foldersOf(outside).join(', ')}]}}\`.`,
    evidence,
  };
}

function renderPaths(paths: readonly WrittenPath[]): string {
  return renderLines(
    paths.map(({ kind, path, sizeBytes }) =>
      kind === 'deleted' ? `deleted ${path}` : `${kind} ${path} (${renderSize(sizeBytes)})`,
    ),
  );
}

function namesOf(paths: readonly WrittenPath[]): string {
  const named = paths.slice(0, 3).map(({ path }) => path);
  const more = paths.length - named.length;
  return more > 0 ? `${named.join(', ')} and ${more} more` : renderList(named);
}

function foldersOf(paths: readonly WrittenPath[]): readonly string[] {
  return [...new Set(paths.map(({ path }) => folderOf(path)))].slice(0, 4);
}

/** A file that lies in `/` is named itself: nobody may write everywhere. */
function folderOf(path: string): string {
  const folder = path.slice(0, path.lastIndexOf('/'));
  return folder === '' ? path : folder;
}
