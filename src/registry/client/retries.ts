import type { Clock } from '../../host/clock.ts';
import type { RegistryLimits } from '../contract.ts';
import { RegistryError } from '../errors.ts';
import type { Answer } from './answer.ts';
import type { Operation } from './operation.ts';

const TRANSIENT = new Set([408, 425, 429, 499, 500, 502, 503, 504, 522]);

export function isTransientStatus(status: number): boolean {
  return TRANSIENT.has(status);
}

/**
 * Decides whether and when to try again. A bucket shared by all requests to one registry keeps many
 * parallel requests from hammering one that is down: each retry takes from it, each success gives back.
 */
export interface Retries {
  /**
   * Waits for the next attempt. False: there is none.
   * @throws {RegistryError} REGISTRY_TOO_MANY_REQUESTS when `Retry-After` exceeds the budget.
   */
  next(operation: Operation, failed: FailedAttempt): Promise<boolean>;
  succeeded(): void;
}

export interface FailedAttempt {
  /** Attempts without progress so far, this one included. */
  readonly count: number;
  /** @default the limit of attempts */
  readonly most?: number | undefined;
  /** Absent when the connection broke. */
  readonly answer?: Pick<Answer, 'status' | 'header' | 'url'> | undefined;
}

const BUCKET_SIZE = 40;
const MOST_BACKOFF_FACTOR = 30;

export function createRetries(limits: RegistryLimits, clock: Clock): Retries {
  let tokens = BUCKET_SIZE;
  return {
    succeeded: () => {
      tokens = Math.min(BUCKET_SIZE, tokens + 0.5);
    },
    next: async (operation, failed) => {
      const askedMs = retryAfterMs(failed.answer?.header('retry-after'), clock.now());
      if (askedMs !== undefined && askedMs > 0) {
        // Obeying costs the waiting budget, not an attempt: a polite registry may ask more than once.
        spend(operation, askedMs, failed.answer);
        await operation.pause(askedMs);
        return true;
      }
      if (failed.count >= (failed.most ?? limits.attempts) || tokens < 1) return false;
      tokens -= 1;
      const factor = Math.min(2 ** (failed.count - 1), MOST_BACKOFF_FACTOR);
      await operation.pause(Math.random() * limits.backoffMs * factor);
      return true;
    },
  };
}

function spend(operation: Operation, askedMs: number, answer: FailedAttempt['answer']): void {
  operation.retryAfterLeftMs -= askedMs;
  if (operation.retryAfterLeftMs >= 0) return;
  const leftMs = operation.retryAfterLeftMs + askedMs;
  throw new RegistryError(
    answer?.status === 429 ? 'REGISTRY_TOO_MANY_REQUESTS' : 'REGISTRY_FAILED',
    `Cannot ${operation.title}: ${answer?.url.host ?? 'the registry'} answers ${answer?.status} and ` +
      `asks to wait ${Math.ceil(askedMs / 1000)} s, more than the ${Math.floor(leftMs / 1000)} s left for that`,
  );
}

/** Absent when the header is absent or makes no sense. */
export function retryAfterMs(header: string | undefined, now: Date): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/u.test(header.trim())) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now.getTime());
}
