import { readFile } from 'node:fs/promises';
import type { LayerEntry } from './image-archive.ts';

/** Where distributions put a busybox; only a static one runs in an image of its own. */
const PLACES = [
  '/bin/busybox',
  '/usr/bin/busybox',
  '/bin/busybox.static',
  '/sbin/busybox',
] as const;

/** A static busybox of this machine; absent when there is none. */
export async function findStaticBusybox(
  places: readonly string[] = PLACES,
): Promise<Buffer | undefined> {
  for (const path of places) {
    const bytes = await readFile(path).catch(() => undefined);
    if (bytes !== undefined && isStaticElf(bytes)) return bytes;
  }
  return undefined;
}

const ELF_MAGIC = 0x7f454c46;
const PT_INTERP = 3;

/**
 * Whether a program is a 64-bit ELF file without an interpreter, that is, without a dynamic linker.
 * @see https://refspecs.linuxfoundation.org/elf/gabi4+/ch5.pheader.html
 */
export function isStaticElf(bytes: Buffer): boolean {
  const is64BitLittleEndian = bytes.length > 64 && bytes[4] === 2 && bytes[5] === 1;
  if (!is64BitLittleEndian || bytes.readUInt32BE(0) !== ELF_MAGIC) return false;
  const tableAt = Number(bytes.readBigUInt64LE(32));
  const sizeBytes = bytes.readUInt16LE(54);
  const count = bytes.readUInt16LE(56);
  if (tableAt + sizeBytes * count > bytes.length) return false;
  for (let index = 0; index < count; index += 1) {
    if (bytes.readUInt32LE(tableAt + sizeBytes * index) === PT_INTERP) return false;
  }
  return true;
}

/** Applets that scripts of tests use most; the others are there as `busybox <applet>`. */
const APPLETS =
  'sh ash cat chmod chown cp cut date dd df du echo env expr false find grep head hostname httpd id kill ln ls mkdir mktemp mv nc netstat nslookup od ping printf ps pwd readlink rm rmdir sed seq sha256sum sleep sort stat sync tail tar tee test touch tr true uname uniq wc wget whoami xargs';

/** The files of a layer with busybox and links to its applets in `/bin`. */
export function busyboxEntries(busybox: Buffer): readonly LayerEntry[] {
  return [
    { path: '/bin', isFolder: true },
    { path: '/bin/busybox', contents: busybox, mode: 0o755 },
    ...APPLETS.split(' ').map((applet) => ({ path: `/bin/${applet}`, linkTo: 'busybox' })),
  ];
}
