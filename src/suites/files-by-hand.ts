import { quote } from './shell-quote.ts';

/** Kind, mode and owner of what is at a path. Needs nothing in the image, and starts nothing. */
export function listByHand(ref: string, path: string): string {
  return inContainer(ref, `docker cp "$id":${quote(path)} - | tar -tv`);
}

/** The contents of a file, after links. */
export function showByHand(ref: string, path: string): string {
  return inContainer(ref, `docker cp -L "$id":${quote(path)} - | tar -xO`);
}

function inContainer(ref: string, command: string): string {
  return `id=$(docker create --entrypoint '' ${quote(ref)} none); ${command}; docker rm -v "$id"`;
}
