import { RegistryError } from '../errors.ts';
import type { Answer } from './answer.ts';
import type { Authorizer } from './authorizer.ts';
import { BrokenConnection } from './broken-connection.ts';
import { failureOf, unreachable } from './failures.ts';
import { nextLocation } from './locations.ts';
import type { Operation } from './operation.ts';
import { isTransientStatus, type Retries } from './retries.ts';
import { TokenServerBusy } from './tokens.ts';
import type { HttpRequest, Transport } from './transport.ts';

/** A request to the registry: where it is let in, where it may be sent on, when it is sent again. */
export interface Exchange {
  readonly base: URL;
  /**
   * One attempt, with authorization and redirects. The taker of the answer must read or discard its body.
   * @throws {BrokenConnection} or a `RegistryError`
   */
  attempt(operation: Operation, request: RegistryRequest): Promise<Answer>;
  /**
   * Attempts until there is an answer that trying again would not change, and gives it to `take`. A body
   * that breaks off while `take` reads it is one more failed attempt.
   * @throws {RegistryError}
   */
  ask<Result>(operation: Operation, request: RegistryRequest, take: Take<Result>): Promise<Result>;
}

export type Take<Result> = (answer: Answer) => Promise<Result>;

export interface RegistryRequest extends Omit<HttpRequest, 'url' | 'headers'> {
  /** Path with its query, or a whole location that the registry gave. */
  readonly to: string | URL;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Scopes of the token, the most important first. */
  readonly scopes: readonly string[];
  /** A 401 is an answer like any other; what it asks for is noted for later requests. @default false */
  readonly isIntroduction?: boolean | undefined;
}

export interface ExchangeOptions {
  readonly base: URL;
  /** As people write it. */
  readonly host: string;
  readonly transport: Transport;
  readonly authorizer: Authorizer;
  readonly retries: Retries;
  readonly onWarning: (message: string) => void;
}

const MOST_REDIRECTS = 10;
/** While nothing at all has answered, it is more likely down than hiccuping. */
const FIRST_CONTACT_ATTEMPTS = 3;

export function createExchange(options: ExchangeOptions): Exchange {
  let hasAnswered = false;
  const attempt: Exchange['attempt'] = async (operation, request) => {
    const first = await attemptOnce(options, operation, request);
    hasAnswered = true;
    if (first.answer.status !== 401) return first.answer;
    await options.authorizer.challenged(first.answer, first.sent);
    if (request.isIntroduction === true) return first.answer;
    const second = await attemptOnce(options, operation, request);
    if (second.answer.status !== 401) return second.answer;
    await options.authorizer.challenged(second.answer, second.sent);
    throw new RegistryError(
      'REGISTRY_UNAUTHORIZED',
      `Cannot ${operation.title}: ${options.host} does not accept its own token for ${request.scopes.join(' ')}`,
    );
  };
  return {
    base: options.base,
    attempt,
    ask: async (operation, request, take) => {
      for (let count = 1; ; count += 1) {
        const outcome = await outcomeOf(operation, async () => {
          const answer = await attempt(operation, request);
          return isTransientStatus(answer.status) ? answer : { taken: await take(answer) };
        });
        if ('taken' in outcome) {
          options.retries.succeeded();
          return outcome.taken;
        }
        await goOn(options, operation, {
          failed: outcome,
          count,
          most: hasAnswered ? undefined : FIRST_CONTACT_ATTEMPTS,
        });
      }
    },
  };
}

type Failed = Answer | BrokenConnection;

/** @throws {RegistryError} when there is no further attempt. */
async function goOn(
  { retries, host }: ExchangeOptions,
  operation: Operation,
  at: { readonly failed: Failed; readonly count: number; readonly most: number | undefined },
): Promise<void> {
  const { failed } = at;
  if (failed instanceof BrokenConnection) {
    if (failed.isTransient && (await retries.next(operation, at))) return;
    throw unreachable(host, failed);
  }
  if (!(await retries.next(operation, { ...at, answer: failed }))) {
    throw await failureOf(failed, operation.title);
  }
  await failed.discard();
}

async function outcomeOf<Outcome>(
  operation: Operation,
  work: () => Promise<Outcome>,
): Promise<Outcome | Failed> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TokenServerBusy) return error.answer;
    if (!(error instanceof BrokenConnection)) throw error;
    const interruption = operation.interruption();
    if (interruption !== undefined) throw interruption;
    return error;
  }
}

interface Attempted {
  readonly answer: Answer;
  readonly sent: { readonly header: string | undefined; readonly scopes: readonly string[] };
}

async function attemptOnce(
  options: ExchangeOptions,
  operation: Operation,
  request: RegistryRequest,
): Promise<Attempted> {
  const { base, transport, authorizer } = options;
  const header = await authorizer.header(operation, request.scopes);
  const sent = { header, scopes: request.scopes };
  let url = new URL(request.to, base);
  for (let hops = 0; hops <= MOST_REDIRECTS; hops += 1) {
    // Authorization is for the registry's own origin and for no other.
    const authorization =
      header !== undefined && url.origin === base.origin ? { authorization: header } : {};
    const answer = await transport.send(operation, {
      ...request,
      url,
      headers: { ...request.headers, ...authorization },
    });
    collectWarnings(answer, options.onWarning);
    if (!isRedirect(answer.status)) return { answer, sent };
    await answer.discard();
    refuseUnsafe(answer, request.method);
    url = nextLocation(url, answer.header('location'), base);
  }
  throw new RegistryError(
    'REDIRECT_REFUSED',
    `${options.host} redirects more than ${MOST_REDIRECTS} times`,
  );
}

function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

/** Only 307 and 308 keep the method; any other would turn a write into a read. */
function refuseUnsafe(answer: Answer, method: string): void {
  if (method === 'GET' || method === 'HEAD' || answer.status === 307 || answer.status === 308)
    return;
  throw new RegistryError(
    'REDIRECT_REFUSED',
    `${answer.url.host} redirects a ${method} with status ${answer.status}`,
  );
}

/** @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#warnings */
function collectWarnings(answer: Answer, onWarning: (message: string) => void): void {
  const header = answer.header('warning');
  if (header === undefined) return;
  for (const [, text = ''] of header.matchAll(/299 - "((?:[^"\\]|\\.)*)"/gu)) {
    const message = text
      .replace(/\\(.)/gu, '$1')
      .replace(/\p{Cc}+/gu, ' ')
      .slice(0, 500);
    onWarning(`${answer.url.host}: ${message}`);
  }
}
