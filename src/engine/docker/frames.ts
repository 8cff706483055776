/** One piece of a multiplexed stream. */
export interface Frame {
  readonly source: 'stdout' | 'stderr';
  readonly bytes: Buffer;
}

const HEADER_BYTES = 8;
const STDERR = 2;

/**
 * Takes a multiplexed byte stream apart, chunk by chunk: a header of 8 bytes (stream, three zeros, size) before
 * each frame. Frames come out in order and in pieces, as soon as bytes are there. A stream that does not start with a
 * header is that of a terminal: all of it is stdout.
 * @see https://docs.docker.com/reference/api/engine/version/v1.41/#operation/ContainerAttach
 */
export function createFrameParser(): (chunk: Buffer) => readonly Frame[] {
  let header = Buffer.alloc(0);
  let leftBytes = 0;
  let source: Frame['source'] = 'stdout';
  let isRaw = false;
  return (chunk) => {
    const frames: Frame[] = [];
    let rest = chunk;
    while (rest.length > 0) {
      if (isRaw) {
        frames.push({ source: 'stdout', bytes: rest });
        break;
      }
      if (leftBytes > 0) {
        const bytes = rest.subarray(0, leftBytes);
        frames.push({ source, bytes });
        leftBytes -= bytes.length;
        rest = rest.subarray(bytes.length);
        continue;
      }
      const missing = HEADER_BYTES - header.length;
      header = Buffer.concat([header, rest.subarray(0, missing)]);
      rest = rest.subarray(missing);
      if (!isHeaderStart(header)) {
        isRaw = true;
        frames.push({ source: 'stdout', bytes: header });
      } else if (header.length === HEADER_BYTES) {
        source = header[0] === STDERR ? 'stderr' : 'stdout';
        leftBytes = header.readUInt32BE(4);
        header = Buffer.alloc(0);
      }
    }
    return frames;
  };
}

function isHeaderStart(header: Buffer): boolean {
  return (header[0] ?? 0) <= STDERR && header.subarray(1, 4).every((byte) => byte === 0);
}
