import { connectEngine } from '../engine/connect.ts';
import { findLeftovers, removeLeftovers, type Leftover } from '../engine/leftovers.ts';
import { messageOf } from '../kernel/errors.ts';
import { isCandidateTag } from '../kernel/reserved-tags.ts';
import type { AppHost } from './app-host.ts';

export interface CleanRequest {
  readonly isDryRun: boolean;
  /** Also the images that builds made and tagged `localhost/seatrial/…`. */
  readonly withImages: boolean;
}

export interface Cleaning {
  readonly isDryRun: boolean;
  readonly found: readonly CleanedObject[];
  readonly kept: readonly (CleanedObject & { readonly cause: string })[];
}

export interface CleanedObject {
  readonly kind: Leftover['kind'] | 'image';
  readonly name: string;
}

/** Every build of ours has a tag here, and nobody else's has. */
const BUILT_PREFIX = 'localhost/seatrial/';

/** Finds what runs that were killed left behind, and removes it unless it is a dry run. */
export async function cleanUp(host: AppHost, request: CleanRequest): Promise<Cleaning> {
  const engine = await connectEngine({ env: host.env });
  const found = await findLeftovers(engine);
  const images = request.withImages
    ? (await engine.images.list([])).flatMap(({ tags }) => ownTags(tags))
    : [];
  const all: readonly CleanedObject[] = [
    ...found.map(({ kind, name }) => ({ kind, name })),
    ...images.map((name) => ({ kind: 'image' as const, name })),
  ];
  if (request.isDryRun) return { isDryRun: true, found: all, kept: [] };
  const kept = (await removeLeftovers(engine, found)).map(({ leftover, cause }) => ({
    kind: leftover.kind,
    name: leftover.name,
    cause: messageOf(cause),
  }));
  const keptImages: (CleanedObject & { readonly cause: string })[] = [];
  for (const name of images) {
    await engine.images.remove(name).catch((error: unknown) => {
      keptImages.push({ kind: 'image', name, cause: messageOf(error) });
    });
  }
  return { isDryRun: false, found: all, kept: [...kept, ...keptImages] };
}

/** A tag for a push that was killed in the middle is ours on an image that is. */
function ownTags(tags: readonly string[]): readonly string[] {
  if (!tags.some(isBuilt)) return [];
  return tags.filter((tag) => isBuilt(tag) || isCandidateTag(tag.slice(tag.lastIndexOf(':') + 1)));
}

function isBuilt(tag: string): boolean {
  return tag.startsWith(BUILT_PREFIX);
}

/** Text for people, or one JSON object of schema `seatrial.clean/1`. */
export function renderCleaning(cleaning: Cleaning, format: 'text' | 'json'): string {
  if (format === 'json')
    return `${JSON.stringify({ schema: 'seatrial.clean/1', ...cleaning }, null, 2)}\n`;
  if (cleaning.found.length === 0) return 'Nothing was left behind.\n';
  const failed = new Map(cleaning.kept.map(({ kind, name, cause }) => [`${kind} ${name}`, cause]));
  const lines = cleaning.found.map(({ kind, name }) => {
    const cause = failed.get(`${kind} ${name}`);
    if (cause !== undefined) return `kept     ${kind} ${name}: ${cause}`;
    return `${cleaning.isDryRun ? 'would remove' : 'removed '} ${kind} ${name}`;
  });
  return `${lines.join('\n')}\n`;
}
