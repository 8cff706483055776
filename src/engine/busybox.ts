import { readFile } from 'node:fs/promises';
import { parseElf } from './elf.ts';
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

/** Whether a program runs without a dynamic linker. */
function isStaticElf(bytes: Buffer): boolean {
  const program = parseElf(bytes);
  return program !== undefined && program.interpreter === undefined;
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
