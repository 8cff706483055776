import { commandTraps } from './commands.ts';
import { fileTraps } from './files.ts';
import { metadataTraps } from './metadata.ts';
import { patternTraps } from './patterns.ts';
import type { Trap } from './trap.ts';
import { wholeFileTraps } from './whole-file.ts';

/** All that can be said of a file without the image; see `expansion.ts` for the rest. */
export const traps: readonly Trap[] = Object.freeze([
  wholeFileTraps,
  commandTraps,
  fileTraps,
  metadataTraps,
  patternTraps,
]);
