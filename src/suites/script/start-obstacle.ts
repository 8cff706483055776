import { open } from 'node:fs/promises';

/** Why a file cannot be started as a program, and what to do about it. */
export interface StartObstacle {
  readonly message: string;
  readonly fix: string;
}

const ANY_EXECUTE_BIT = 0o111;
const FIRST_BYTES = 256;

/** Absent when the system can start the file. `file` is the path for people. */
export async function startObstacle(
  path: string,
  file: string,
): Promise<StartObstacle | undefined> {
  const handle = await open(path);
  try {
    const { mode } = await handle.stat();
    if ((mode & ANY_EXECUTE_BIT) === 0) {
      return {
        message: `${file} is not executable`,
        fix: `Make it executable: chmod +x ${file} (in git: git update-index --chmod=+x ${file}).`,
      };
    }
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(FIRST_BYTES), 0, FIRST_BYTES, 0);
    return bytesRead === 0 || isPlainText(buffer.subarray(0, bytesRead))
      ? {
          message: `${file} does not say which program runs it`,
          fix: `Make its first line say so, for example #!/bin/sh or #!/usr/bin/env bash.`,
        }
      : undefined;
  } finally {
    await handle.close();
  }
}

/** Text without `#!` is no program; compiled programs hold zero bytes near their beginning. */
function isPlainText(start: Buffer): boolean {
  return start.toString('latin1', 0, 2) !== '#!' && !start.includes(0);
}
