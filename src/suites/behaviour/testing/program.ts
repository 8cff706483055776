import { findStaticBusybox } from '../../../engine/busybox.ts';

/** Numbers of processors. @see https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html */
const machines = { amd64: 62, arm64: 183, '386': 3 } as const;

/** A static program, as it would be if it were built for another processor. */
export async function programFor(architecture: keyof typeof machines): Promise<Buffer> {
  const busybox = await findStaticBusybox();
  if (busybox === undefined) throw new Error('this test needs the package busybox-static');
  // The beginning has all that is read of it.
  const program = Buffer.from(busybox.subarray(0, 4096));
  program.writeUInt16LE(machines[architecture], 18);
  return program;
}

interface DynamicProgram {
  readonly interpreter?: string;
  readonly needed?: readonly string[];
  readonly runPath?: string;
}

const PAGE = 0x1000;

/**
 * The smallest file that has what a dynamic linker reads: an interpreter, the names of libraries, a search path.
 * @see https://refspecs.linuxfoundation.org/elf/gabi4+/ch5.dynamic.html
 */
export function dynamicProgram({ interpreter, needed = [], runPath }: DynamicProgram): Buffer {
  const names = [...needed, ...(runPath === undefined ? [] : [runPath])];
  const texts = Buffer.from(`\0${names.map((name) => `${name}\0`).join('')}`, 'latin1');
  const offsets = names.map((name) => texts.indexOf(`\0${name}\0`) + 1);
  const entries: (readonly [number, number])[] = [
    ...needed.map((_, index) => [1, offsets[index] ?? 0] as const),
    ...(runPath === undefined ? [] : [[29, offsets.at(-1) ?? 0] as const]),
    [5, PAGE + 512],
    [0, 0],
  ];
  const bytes = Buffer.alloc(2048);
  bytes.write('\u007fELF\u0002\u0001\u0001', 'latin1');
  bytes.writeUInt16LE(machines.amd64, 18);
  bytes.writeBigUInt64LE(64n, 32);
  bytes.writeUInt16LE(56, 54);
  bytes.writeUInt16LE(3, 56);
  writeSegment(bytes, 64, { type: 1, offset: 0, address: PAGE, size: bytes.length });
  writeSegment(bytes, 120, {
    type: 2,
    offset: 256,
    address: PAGE + 256,
    size: 16 * entries.length,
  });
  writeSegment(bytes, 176, {
    type: interpreter === undefined ? 0 : 3,
    offset: 1024,
    address: PAGE + 1024,
    size: 0,
  });
  for (const [index, [tag, value]] of entries.entries()) {
    bytes.writeBigUInt64LE(BigInt(tag), 256 + 16 * index);
    bytes.writeBigUInt64LE(BigInt(value), 264 + 16 * index);
  }
  texts.copy(bytes, 512);
  bytes.write(`${interpreter ?? ''}\0`, 1024, 'latin1');
  return bytes;
}

function writeSegment(
  bytes: Buffer,
  at: number,
  segment: Readonly<Record<'type' | 'offset' | 'address' | 'size', number>>,
): void {
  bytes.writeUInt32LE(segment.type, at);
  bytes.writeBigUInt64LE(BigInt(segment.offset), at + 8);
  bytes.writeBigUInt64LE(BigInt(segment.address), at + 16);
  bytes.writeBigUInt64LE(BigInt(segment.size), at + 32);
}
