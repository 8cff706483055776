import { randomInt } from 'node:crypto';

const HOW = ['calm', 'brisk', 'steady', 'bright', 'keen', 'bold', 'quiet', 'swift'];
const WHAT = ['anchor', 'keel', 'mast', 'buoy', 'rudder', 'sail', 'tide', 'harbour'];

/** A name for a container that was given none. We choose it, so that it is known before there is a container. */
export function inventedName(): string {
  return `${pick(HOW)}_${pick(WHAT)}${String(randomInt(1e6))}`;
}

function pick(words: readonly string[]): string {
  return words[randomInt(words.length)] ?? '';
}
