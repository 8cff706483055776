import { readlinkSync } from 'node:fs';

/** The network that this process is in, as the kernel names it, `net:[4026531840]`; absent where it has no such names. */
export function networkNamespace(): string | undefined {
  try {
    return readlinkSync('/proc/self/ns/net');
  } catch {
    // Not Linux.
    return undefined;
  }
}
