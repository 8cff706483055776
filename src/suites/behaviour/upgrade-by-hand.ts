import { comeUp, dockerRemove, dockerRun, inOrder, volumesByHand } from './by-hand.ts';
import { stateByHand } from './state-by-hand.ts';
import type { Subject } from './subject.ts';

/** Why there is nothing to take over from; absent when there is. */
export function noRelease({ image: { previous } }: Subject): string | undefined {
  if (previous === undefined) return 'nobody says which release it takes over from';
  return 'reason' in previous ? previous.reason : undefined;
}

/** Commands for a person: release, image, release, each on the volumes of the one before. */
export function upgradeByHand(subject: Subject): string {
  const { previous } = subject.image;
  const volumes = volumesByHand(subject);
  const ref = previous === undefined || 'reason' in previous ? subject.image.ref : previous.ref;
  const release = { ...subject, image: { ...subject.image, ref } };
  const hasState = subject.image.profile.state !== undefined;
  const turn = (of: Subject, which: 'write' | 'read'): string =>
    inOrder(
      dockerRun(of, { volumes }),
      comeUp,
      hasState ? stateByHand(of, which) : 'docker ps -a -f name=by-hand',
      'docker stop by-hand',
      dockerRemove(),
    );
  return inOrder(
    turn(release, 'write'),
    turn(subject, 'read'),
    turn(release, 'read'),
    ...(Object.keys(volumes).length === 0
      ? []
      : [`docker volume rm ${Object.values(volumes).join(' ')}`]),
  );
}
