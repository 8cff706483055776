import { adviseOnStart, renderStartEvidence } from '../start-advice.ts';
import { comeUp, dockerRemove, dockerRun, inOrder, volumesByHand } from '../by-hand.ts';
import { isAllowed } from '../writes-seen.ts';
import { judgeUnproven } from '../unproven.ts';
import { noVolume } from '../skip-reasons.ts';
import { renderList } from '../render.ts';
import { stateByHand } from '../state-by-hand.ts';
import { volumesOf, type Subject } from '../subject.ts';
import type { Check, CheckResult } from '../check.ts';
import type { ReplacementRun } from '../runs.ts';
import type { Sentinel } from '../sentinel.ts';
import type { StateOutcome } from '../state-action.ts';
import type { Written } from '../writes-seen.ts';

export const volumesPersist: Check<'replacement'> = {
  id: 'volumes-persist',
  title: 'Volumes keep the data',
  proves: 'A new container on the volumes of an earlier one comes up and has its data.',
  appliesTo: ['service'],
  severity: 'error',
  group: 'standard',
  needs: 'replacement',

  isPointless: noVolume,

  async run(run, subject) {
    return judgeReplacement(run, subject);
  },

  byHand(subject) {
    const volumes = volumesByHand(subject);
    const hasState = subject.image.profile.state !== undefined;
    return inOrder(
      dockerRun(subject, { volumes }),
      comeUp,
      ...(hasState ? [stateByHand(subject, 'write'), 'docker diff by-hand'] : []),
      'docker stop by-hand',
      dockerRemove(),
      dockerRun(subject, { volumes }),
      comeUp,
      hasState ? stateByHand(subject, 'read') : 'docker ps -a -f name=by-hand',
      dockerRemove(),
      `docker volume rm ${Object.values(volumes).join(' ')}`,
    );
  },
};

export async function judgeReplacement(
  run: ReplacementRun,
  subject: Subject,
): Promise<CheckResult> {
  const hasState = subject.image.profile.state !== undefined;
  const unproven = hasState ? judgeUnproven(run.exercise) : undefined;
  if (unproven !== undefined) return unproven;
  const volumes = renderList(volumesOf(subject));
  if (run.outcome.state !== 'ready') {
    const { message } = adviseOnStart(run.outcome, subject);
    const killed = run.wasStoppedInTime ? '' : ' (the one before had to be killed: see `stops`)';
    return {
      verdict: 'fail',
      message: `A new container on the used volumes (${volumes}) does not come up${killed}. ${message}`,
      fix: 'Make the entrypoint accept a volume that an earlier container has filled: set up only what is missing, and keep numeric owners the same.',
      evidence: renderStartEvidence(run.outcome),
    };
  }
  if (run.read !== undefined && run.read.result !== 'met') {
    return lost(run.read, await run.written(), subject);
  }
  const broken = run.sentinels.find(({ found }) => found !== 'intact');
  if (broken !== undefined) return lostFile(broken);
  const moved = run.sentinels.find(({ ownerBefore, ownerAfter }) => ownerBefore !== ownerAfter);
  if (moved !== undefined) return otherOwner(moved);
  return {
    verdict: 'pass',
    message: hasState
      ? `A new container on the same volumes (${volumes}) finds what was written.`
      : `A new container on the same volumes (${volumes}) comes up and leaves what is in them alone.`,
  };
}

/** State is gone: say where it went, if the container before wrote outside its volumes. */
function lost(read: StateOutcome, written: Written, subject: Subject): CheckResult {
  const volumes = renderList(volumesOf(subject));
  const { suspects, passing } = placesOf(written, subject);
  const seen = read.seen === '' ? [] : [`state.read: ${read.seen}`];
  const lead = `After replacement on the same volumes (${volumes}) \`state.read\` does not find what was written: ${read.because}.`;
  if (suspects.length === 0) {
    const elsewhere =
      passing.length === 0
        ? 'Nothing was written outside the volumes.'
        : `Outside the volumes only temporary files were written: ${renderList(passing.slice(0, 3))}.`;
    return {
      verdict: 'fail',
      message: `${lead} ${elsewhere}`,
      fix: `Make the program keep its data under ${volumes}, on the disk before a write is confirmed, or at the latest on its stop signal; and make the start not overwrite what is there.`,
      evidence: seen.length === 0 ? undefined : seen.join('\n'),
    };
  }
  return {
    verdict: 'fail',
    message: `${lead} The data was written to ${renderList(suspects.slice(0, 3))}, outside the volumes.`,
    fix: `Make the program keep its data under ${volumes}, or declare \`VOLUME ${folderOf(suspects[0] ?? '/')}\`.`,
    evidence: [...seen, 'Written outside the volumes:', ...suspects.slice(0, 20)].join('\n'),
  };
}

interface Places {
  /** Where data hardly is meant to be: what `state.write` touched, or else anything. */
  readonly suspects: readonly string[];
  /** Temporary places that `state.write` touched: programs unpack libraries there, and the like. */
  readonly passing: readonly string[];
}

function placesOf(written: Written, { mayWrite }: Subject): Places {
  const paths = written.paths.filter(({ kind }) => kind !== 'deleted').map(({ path }) => path);
  const outside = paths.filter((path) => !isAllowed(path, mayWrite));
  const byState = outside.filter((path) => written.byState.includes(path));
  return {
    suspects: byState.length > 0 ? byState : outside,
    passing: written.byState.filter((path) => isAllowed(path, mayWrite)),
  };
}

function lostFile({ volume, path, found }: Sentinel): CheckResult {
  return {
    verdict: 'fail',
    message: `A file in the volume ${volume} was ${found === 'gone' ? 'removed' : 'overwritten'} when a new container started on it (${path}).`,
    fix: `Make the entrypoint leave alone what it finds in ${volume}: set up only what is missing.`,
  };
}

function otherOwner({ volume, path, ownerBefore, ownerAfter }: Sentinel): CheckResult {
  return {
    verdict: 'warn',
    message: `The owner of a file in the volume ${volume} changed from ${ownerBefore} to ${ownerAfter ?? 'nobody'} when a new container started on it.`,
    fix: 'Run under the same fixed number every time (`USER 10001`), and do not change owners at each start.',
    evidence: path,
  };
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}
