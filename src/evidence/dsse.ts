import { sign, type KeyObject } from 'node:crypto';

/** @see https://github.com/in-toto/attestation/blob/v1.1.2/spec/v1/envelope.md */
export const PAYLOAD_TYPE = 'application/vnd.in-toto+json';

/**
 * What a signature covers: the type and the bytes, each with its length, so that no other split of the same
 * text has the same signature.
 * @see https://github.com/secure-systems-lab/dsse/blob/v1.0.2/protocol.md#signature-definition
 */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Buffer {
  const type = Buffer.from(payloadType);
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${type.length} `),
    type,
    Buffer.from(` ${payload.length} `),
    payload,
  ]);
}

/** ECDSA over SHA-256, in DER. */
export function signPayload(payload: Uint8Array, key: KeyObject): Buffer {
  return sign('sha256', preAuthEncoding(PAYLOAD_TYPE, payload), key);
}
