/** Frames between the tool and its agent; `agent/agent.c` says what each means. */
export const frameTypes = {
  open: 1,
  opened: 2,
  data: 3,
  end: 4,
  reset: 5,
  window: 6,
  ping: 13,
  pong: 14,
  hello: 16,
} as const;

/** Bytes of one stream that may be under way in one direction. */
export const WINDOW_BYTES = 512 * 1024;
export const MAX_PAYLOAD_BYTES = 64 * 1024;

const HEAD_BYTES = 12;

export interface Frame {
  readonly type: number;
  readonly stream: number;
  readonly payload: Buffer;
}

export function frameHead(type: number, stream: number, sizeBytes: number): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head[0] = type;
  head.writeUInt32BE(stream, 4);
  head.writeUInt32BE(sizeBytes, 8);
  return head;
}

export function numberPayload(value: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(value);
  return payload;
}

/** Calls `onFrame` for each frame that is complete. Pieces may be cut anywhere. */
export function createFrameReader(onFrame: (frame: Frame) => void): (piece: Buffer) => void {
  return createPacketReader({
    headBytes: HEAD_BYTES,
    sizeAt: 8,
    onPacket: (head, payload) =>
      onFrame({ type: head[0] ?? 0, stream: head.readUInt32BE(4), payload }),
  });
}

const STDCOPY_HEAD_BYTES = 8;
const STDOUT = 1;

/**
 * Calls `onOutput` with what a container without a terminal writes to its stdout.
 * @see https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach
 */
export function createOutputReader(onOutput: (bytes: Buffer) => void): (piece: Buffer) => void {
  return createPacketReader({
    headBytes: STDCOPY_HEAD_BYTES,
    sizeAt: 4,
    onPacket: (head, payload) => {
      if (head[0] === STDOUT) onOutput(payload);
    },
  });
}

interface PacketForm {
  readonly headBytes: number;
  /** Where in the head the length of the payload stands, as u32be. */
  readonly sizeAt: number;
  readonly onPacket: (head: Buffer, payload: Buffer) => void;
}

function createPacketReader({ headBytes, sizeAt, onPacket }: PacketForm): (piece: Buffer) => void {
  let pieces: Buffer[] = [];
  let haveBytes = 0;
  let wantBytes = headBytes;
  return (piece) => {
    pieces.push(piece);
    haveBytes += piece.length;
    if (haveBytes < wantBytes) return;
    // Joined only when a packet is complete: a large one in many pieces is copied once.
    let bytes = pieces.length === 1 ? piece : Buffer.concat(pieces);
    for (;;) {
      wantBytes = headBytes + (bytes.length < headBytes ? 0 : bytes.readUInt32BE(sizeAt));
      if (bytes.length < wantBytes || bytes.length < headBytes) break;
      onPacket(bytes.subarray(0, headBytes), bytes.subarray(headBytes, wantBytes));
      bytes = bytes.subarray(wantBytes);
    }
    pieces = bytes.length === 0 ? [] : [bytes];
    haveBytes = bytes.length;
  };
}
