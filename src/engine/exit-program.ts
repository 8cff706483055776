import type { Platform } from '../kernel/platform.ts';
import { normalizePlatform } from '../kernel/platform.ts';

/** What the program ends with: a code that nothing else ends with by chance. */
export const PROBE_EXIT_CODE = 42;

interface Machine {
  /** `e_machine`. @see https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html */
  readonly id: number;
  readonly bits: 32 | 64;
  readonly isBigEndian?: true;
  /** `e_flags`: the version of its calling convention, where the kernel asks. */
  readonly flags?: number;
  /** `exit(42)` as instructions, in the order of bytes in memory. */
  readonly code: string;
}

/** @see https://man7.org/linux/man-pages/man2/syscall.2.html */
const MACHINES: Readonly<Record<string, Machine>> = {
  // mov ebx, 42; mov eax, 1; int 0x80
  '386': { id: 3, bits: 32, code: 'bb2a000000 b801000000 cd80' },
  // mov edi, 42; mov eax, 60; syscall
  amd64: { id: 62, bits: 64, code: 'bf2a000000 b83c000000 0f05' },
  // mov r0, #42; mov r7, #1; svc 0
  arm: { id: 40, bits: 32, flags: 0x05000000, code: '2a00a0e3 0170a0e3 000000ef' },
  // mov x0, #42; mov x8, #93; svc 0
  arm64: { id: 183, bits: 64, code: '400580d2 a80b80d2 010000d4' },
  // li r0, 1; li r3, 42; sc
  ppc64le: { id: 21, bits: 64, flags: 2, code: '01000038 2a006038 02000044' },
  // li a0, 42; li a7, 93; ecall
  riscv64: { id: 243, bits: 64, code: '1305a002 9308d005 73000000' },
  // lghi %r2, 42; svc 1
  s390x: { id: 22, bits: 64, isBigEndian: true, code: 'a729002a 0a01' },
};

/** Where the one segment is in memory: aligned for the largest pages that any of them has. */
const BASE = 0x400000;
const PAGE = 0x10000;

/**
 * The smallest Linux program for a platform: it ends with a certain code, and needs nothing. Whoever can run it can
 * run the platform's programs. Absent for a platform that none is known for.
 */
export function exitProgramFor(platform: Platform): Buffer | undefined {
  const { os, architecture } = normalizePlatform(platform);
  const machine = os === 'linux' ? MACHINES[architecture] : undefined;
  return machine && renderProgram(machine);
}

/** @see https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html */
function renderProgram({ id, bits, isBigEndian, flags = 0, code }: Machine): Buffer {
  const instructions = Buffer.from(code.replaceAll(' ', ''), 'hex');
  const headerSize = bits === 64 ? 64 : 52;
  const segmentSize = bits === 64 ? 56 : 32;
  const start = headerSize + segmentSize;
  const size = start + instructions.length;
  const bytes: Uint8Array[] = [];
  const number = (value: number, length: number): void => {
    const little = Buffer.alloc(length);
    little.writeUIntLE(value, 0, Math.min(length, 6));
    bytes.push(isBigEndian === true ? little.toReversed() : little);
  };
  const half = (value: number): void => number(value, 2);
  const word = (value: number): void => number(value, 4);
  const address = (value: number): void => number(value, bits / 8);

  bytes.push(Buffer.from([0x7f, 0x45, 0x4c, 0x46, bits / 32, isBigEndian === true ? 2 : 1, 1]));
  bytes.push(Buffer.alloc(9));
  // An executable of this machine, in version 1.
  half(2);
  half(id);
  word(1);
  address(BASE + start);
  address(headerSize);
  address(0);
  word(flags);
  half(headerSize);
  half(segmentSize);
  half(1);
  // No sections.
  half(0);
  half(0);
  half(0);
  // One segment with everything, to be loaded, to be read and executed. The flags come second in 64 bits.
  word(1);
  if (bits === 64) word(5);
  address(0);
  address(BASE);
  address(BASE);
  address(size);
  address(size);
  if (bits === 32) word(5);
  address(PAGE);
  bytes.push(instructions);
  return Buffer.concat(bytes);
}
