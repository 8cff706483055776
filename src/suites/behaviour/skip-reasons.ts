import { volumesOf, type Subject } from './subject.ts';

/** Why a check of state has nothing to judge; absent when there is a `state` block. */
export function noState({ image }: Subject): string | undefined {
  if (image.profile.state !== undefined) return undefined;
  return 'no `state` block says what to write and how to find it again';
}

/** Why a check of volumes has nothing to judge; absent when there is a volume. */
export function noVolume(subject: Subject): string | undefined {
  if (volumesOf(subject).length > 0) return undefined;
  return 'the image declares no VOLUME and the profile mounts none, so nothing is meant to outlive a container';
}
