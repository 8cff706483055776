import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { findStaticBusybox } from './busybox.ts';
import { isElf, parseElf } from './elf.ts';

/** Go's names of the machines that these tests run on. */
const HERE = ({ x64: 'amd64', arm64: 'arm64' } as Record<string, string>)[process.arch];

/** A 32-bit big-endian file with one program header: an interpreter. */
function bigEndian(machine: number): Buffer {
  const bytes = Buffer.alloc(128);
  bytes.write('\u007fELF', 'latin1');
  bytes.set([1, 2, 1], 4);
  bytes.writeUInt16BE(machine, 18);
  bytes.writeUInt32BE(52, 28);
  bytes.writeUInt16BE(32, 42);
  bytes.writeUInt16BE(1, 44);
  bytes.writeUInt32BE(3, 52);
  bytes.writeUInt32BE(100, 56);
  bytes.write('/lib/ld.so.1\0', 100, 'latin1');
  return bytes;
}

describe('parseElf', () => {
  it('reads machine, dynamic linker and needed libraries of a program', async () => {
    const program = parseElf(await readFile('/bin/ls'));

    expect(program?.architecture).toBe(HERE);
    expect(program?.interpreter).toMatch(/^\/lib.*ld-/u);
    expect(program?.needed).toContain('libc.so.6');
  });

  it('tells a static program, which has no dynamic linker', async () => {
    const busybox = await findStaticBusybox();

    const program = parseElf(busybox ?? Buffer.alloc(0));

    expect(program).toMatchObject({ architecture: HERE, needed: [] });
    expect(program?.interpreter).toBeUndefined();
  });

  it('reads what it can of a beginning, and says what it could not', async () => {
    const beginning = (await readFile('/bin/ls')).subarray(0, 4096);

    const program = parseElf(beginning);

    expect(program?.interpreter).toMatch(/ld-/u);
    expect(program?.needed).toBeUndefined();
  });

  it('reads the other width and the other byte order', () => {
    expect(parseElf(bigEndian(22))).toMatchObject({
      architecture: 's390x',
      interpreter: '/lib/ld.so.1',
    });
    expect(parseElf(bigEndian(9999))?.architecture).toBe('machine 9999');
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['a script', Buffer.from('#!/bin/sh\n')],
    ['a magic alone', Buffer.from('\u007fELF', 'latin1')],
    ['a width that there is not', Buffer.from('\u007fELF\u0007\u0001'.padEnd(64, '\0'), 'latin1')],
    ['a table beyond the end', bigEndian(22).subarray(0, 60)],
  ])('finds no program in %s', (_, bytes) => {
    expect(parseElf(bytes)).toBeUndefined();
  });

  it('knows a program by its first bytes', () => {
    expect(isElf(bigEndian(22))).toBe(true);
    expect(isElf(Buffer.from('#!/b'))).toBe(false);
  });
});
