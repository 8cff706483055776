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
function isStaticElf(bytes: Buffer): boolean {
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

/** @see https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html */
const MACHINES: Readonly<Record<number, string>> = { 62: 'amd64', 183: 'arm64', 243: 'riscv64' };

/** What a program runs on, in Go's words; absent when it is none of ours. */
export function architectureOf(bytes: Buffer): string | undefined {
  return MACHINES[bytes.readUInt16LE(18)];
}

/** Applets that scripts of tests use most; the others are there as `busybox <applet>`. */
const APPLETS =
  'ash basename cat chmod chown cmp cp cut date dd df dirname du echo env expr false find grep head hostname httpd id ip kill killall ln ls mkdir mkfifo mknod mktemp mv nc netstat nproc nslookup od ping printf ps pwd readlink rm rmdir sed seq setsid sh sha256sum sleep sort stat sync tac tail tar tee test time timeout touch tr true uname uniq usleep wc wget which whoami xargs yes';

/** The files of a layer with busybox and links to its applets in `/bin`. */
export function busyboxEntries(busybox: Buffer): readonly LayerEntry[] {
  return [
    { path: '/bin', isFolder: true },
    { path: '/bin/busybox', contents: busybox, mode: 0o755 },
    ...APPLETS.split(' ').map((applet) => ({ path: `/bin/${applet}`, linkTo: 'busybox' })),
  ];
}
