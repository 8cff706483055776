import { renderOwner, type Whereabouts } from './owner.ts';

/** Names of the labels that every object of ours carries, and what each means. */
export const labelNames = {
  run: 'seatrial.run',
  owner: 'seatrial.owner',
  host: 'seatrial.host',
  created: 'seatrial.created',
} as const;

/**
 * Besides those, on images that were committed from containers, or built only to be looked at. Without it none is taken for ours: what a script
 * commits from its own container has the labels of that container too.
 */
export const IMAGE_LABEL = 'seatrial.image';

export interface LabelSource {
  readonly runId: string;
  readonly here: Whereabouts;
  readonly createdAt: Date;
}

export function labelsOf(source: LabelSource): Readonly<Record<string, string>> {
  return Object.freeze({
    [labelNames.run]: source.runId,
    [labelNames.owner]: renderOwner(source.here.owner),
    [labelNames.host]: source.here.hostId,
    [labelNames.created]: source.createdAt.toISOString(),
  });
}

/** Filters that find what one process made in one run, and nothing else. */
export function filtersOf(labels: Readonly<Record<string, string>>): readonly string[] {
  return [labelNames.run, labelNames.owner].map((name) => `${name}=${labels[name] ?? ''}`);
}
