import { describe, expect, it } from 'vitest';
import { digestOf } from '../kernel/digest.ts';
import { exitProgramFor } from './exit-program.ts';

describe('the smallest program of a platform', () => {
  // Each of these ended with 42 under qemu-user 7.2; whoever changes one has to run it again.
  it.each([
    ['386', 96, '31895f555438'],
    ['amd64', 132, 'df5e515ef738'],
    ['arm', 96, 'c02633c8cbf3'],
    ['arm64', 132, '1779d68fd269'],
    ['ppc64le', 132, 'b39f411b1793'],
    ['riscv64', 132, '9d064b4df7d3'],
    ['s390x', 126, '22fdcb23776a'],
  ])('for %s has %i bytes, which were tried', (architecture, sizeBytes, start) => {
    const program = exitProgramFor({ os: 'linux', architecture });

    expect(program?.length).toBe(sizeBytes);
    expect(digestOf(program ?? '').slice(7, 19)).toBe(start);
  });

  it.each([
    ['linux', 'mips'],
    ['windows', 'amd64'],
  ])('is not there for %s/%s', (os, architecture) => {
    expect(exitProgramFor({ os, architecture })).toBeUndefined();
  });
});
