import protobuf from 'protobufjs/light.js';

/**
 * What BuildKit says about a build, field numbers as in its protocol. Fields that we do not read are left
 * out; unknown ones are skipped by the decoder.
 * @see https://github.com/moby/buildkit/blob/v0.8.3/api/services/control/control.proto
 */
const schema = {
  nested: {
    StatusResponse: {
      fields: {
        vertexes: { rule: 'repeated', type: 'Vertex', id: 1 },
        statuses: { rule: 'repeated', type: 'VertexStatus', id: 2 },
        logs: { rule: 'repeated', type: 'VertexLog', id: 3 },
      },
    },
    Vertex: {
      fields: {
        digest: { type: 'string', id: 1 },
        inputs: { rule: 'repeated', type: 'string', id: 2 },
        name: { type: 'string', id: 3 },
        cached: { type: 'bool', id: 4 },
        started: { type: 'Timestamp', id: 5 },
        completed: { type: 'Timestamp', id: 6 },
        error: { type: 'string', id: 7 },
      },
    },
    VertexStatus: {
      fields: {
        ID: { type: 'string', id: 1 },
        vertex: { type: 'string', id: 2 },
        name: { type: 'string', id: 3 },
        current: { type: 'int64', id: 4 },
        total: { type: 'int64', id: 5 },
      },
    },
    VertexLog: {
      fields: {
        vertex: { type: 'string', id: 1 },
        timestamp: { type: 'Timestamp', id: 2 },
        stream: { type: 'int64', id: 3 },
        msg: { type: 'bytes', id: 4 },
      },
    },
    Timestamp: {
      fields: { seconds: { type: 'int64', id: 1 }, nanos: { type: 'int32', id: 2 } },
    },
  },
};

/** Lazily, because most commands build nothing. */
let statusResponse: protobuf.Type | undefined;

function statusType(): protobuf.Type {
  statusResponse ??= protobuf.Root.fromJSON(schema).lookupType('StatusResponse');
  return statusResponse;
}

/** A `StatusResponse` as a plain object, absent messages undefined. @throws when the bytes are none. */
export function decodeStatus(base64: string): unknown {
  const type = statusType();
  const message = type.decode(Buffer.from(base64, 'base64'));
  return type.toObject(message, { longs: Number, bytes: Buffer, arrays: true });
}

/** The inverse, for tests and fakes. */
export function encodeStatus(status: Readonly<Record<string, unknown>>): string {
  const type = statusType();
  return Buffer.from(type.encode(type.fromObject(status)).finish()).toString('base64');
}
