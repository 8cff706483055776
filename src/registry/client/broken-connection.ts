import { errors } from 'undici';
import { messageOf, systemCodeOf } from '../../kernel/errors.ts';

/** A request that got no whole answer. */
export class BrokenConnection extends Error {
  /** Whether another attempt may end differently. */
  readonly isTransient: boolean;
  /** Whether something answered that does not speak HTTP. */
  readonly isForeign: boolean;
  readonly systemCode: string;

  constructor(cause: unknown) {
    super(messageOf(cause), { cause });
    this.name = 'BrokenConnection';
    this.systemCode = deepCode(cause);
    this.isForeign = cause instanceof errors.HTTPParserError;
    this.isTransient = !this.isForeign && !isFinal(this.systemCode);
  }
}

/** Name not found, certificate not trusted, not TLS at all: trying again does not help. */
export function isFinal(code: string): boolean {
  return (
    code === 'ENOTFOUND' ||
    code === 'EPROTO' ||
    /^(?:ERR_TLS|ERR_SSL|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|HOSTNAME_MISMATCH)/u.test(code)
  );
}

/** Of several failed addresses the first error speaks. */
function deepCode(thrown: unknown): string {
  if (thrown instanceof AggregateError && thrown.errors.length > 0)
    return deepCode(thrown.errors[0]);
  const own = systemCodeOf(thrown);
  if (own !== undefined) return own;
  return thrown instanceof Error && thrown.cause !== undefined ? deepCode(thrown.cause) : '';
}
