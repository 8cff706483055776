import type { Readable } from 'node:stream';

/** An answer as data, so that faults can alter it before it leaves. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Absent: an empty body. A stream needs a `Content-Length` header. */
  readonly body?: Uint8Array | Readable | undefined;
}

/** @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#error-codes */
export type WireErrorCode =
  | 'BLOB_UNKNOWN'
  | 'BLOB_UPLOAD_INVALID'
  | 'BLOB_UPLOAD_UNKNOWN'
  | 'DIGEST_INVALID'
  | 'MANIFEST_BLOB_UNKNOWN'
  | 'MANIFEST_INVALID'
  | 'MANIFEST_UNKNOWN'
  | 'NAME_INVALID'
  | 'NAME_UNKNOWN'
  | 'SIZE_INVALID'
  | 'UNSUPPORTED';

/** Thrown by endpoints; the handler turns it into a reply. */
export class RefusedRequest extends Error {
  readonly status: number;
  readonly wireCode: WireErrorCode;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    wireCode: WireErrorCode,
    options: { readonly message: string; readonly headers?: Readonly<Record<string, string>> },
  ) {
    super(options.message);
    this.status = status;
    this.wireCode = wireCode;
    this.headers = options.headers ?? {};
  }
}

export function errorReply(refused: {
  readonly status: number;
  readonly wireCode: string;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}): Reply {
  const errors = [{ code: refused.wireCode, message: refused.message }];
  return jsonReply({ errors }, { status: refused.status, headers: refused.headers ?? {} });
}

export function jsonReply(
  value: unknown,
  options: {
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly contentType?: string;
  } = {},
): Reply {
  const body = Buffer.from(JSON.stringify(value));
  return {
    status: options.status ?? 200,
    headers: {
      'Content-Type': options.contentType ?? 'application/json',
      'Content-Length': String(body.length),
      ...options.headers,
    },
    body,
  };
}
