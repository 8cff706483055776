import type { PathStat } from '../engine/contract.ts';
import type { FileKind } from './go-file-mode.ts';

/** The files of an image, read without starting anything in it. */
export interface ImageFiles {
  /** What is at a path. Folders above it may be links; a link at its end is not followed. */
  find(path: string): Promise<PathFinding>;
  /** Owner and more of paths that are there; links are not followed. All in as few readings as can be. */
  read(wanted: readonly WantedFile[]): Promise<ReadonlyMap<string, ReadEntry>>;
  /** What lies below a folder, as far as `choose` wants it. Absent when there is no such path. */
  walk(folder: string, choose: ChooseEntry): Promise<readonly WalkedEntry[] | undefined>;
}

export type PathFinding =
  | { readonly state: 'there'; readonly stat: PathStat; readonly kind: FileKind }
  | { readonly state: 'absent' }
  /** A loop of links, for one. */
  | { readonly state: 'unclear'; readonly reason: string };

export interface WantedFile {
  readonly path: string;
  readonly kind: FileKind;
  readonly sizeBytes: number;
  /** As a tar has it, without the kind. */
  readonly mode: number;
  readonly wantsContents: boolean;
}

export interface ReadEntry {
  readonly uid: number;
  readonly gid: number;
  /** Where a link leads, as written in it. */
  readonly linkName?: string | undefined;
  /** Of a file whose contents were wanted. */
  readonly contents?: Buffer | undefined;
}

/** Names below the folder to what is wanted of them. */
export type ChooseEntry = (
  names: readonly string[],
  kind: FileKind,
) => 'nothing' | 'head' | 'contents';

export interface WalkedEntry extends ReadEntry {
  /** Names below the folder. */
  readonly names: readonly string[];
  readonly kind: FileKind;
}

/** More than this is no text that a person would search, and would fill the memory. */
export const MOST_CONTENT_BYTES = 64 * 1024 ** 2;
