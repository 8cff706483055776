import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Address } from '../../engine/route.ts';
import { messageOf } from '../../kernel/errors.ts';

export interface HttpQuestion {
  readonly url: URL;
  readonly method: string;
  /** As they are sent; a name may come twice. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
  readonly timeoutMs: number;
  readonly followsRedirects: boolean;
  readonly tls: {
    readonly allowsAnyone: boolean;
    readonly ca?: Buffer | undefined;
    readonly cert?: Buffer | undefined;
    readonly key?: Buffer | undefined;
  };
  readonly signal: AbortSignal;
  /** Where a URL is reached from here, or why it is not. */
  readonly route: (url: URL) => Promise<Address | HttpProblem>;
}

export interface HttpProblem {
  readonly problem: string;
  /** What to do, where it is known. */
  readonly fix?: string | undefined;
}

export type HttpReply =
  | { readonly status: number; readonly headers: string; readonly body: string }
  | HttpProblem;

/** As Go's client. */
const MOST_REDIRECTS = 10;
const MOST_BODY_BYTES = 16 * 1024 ** 2;

/** Asks as goss asks, redirects and all. Each way to fail is a value, except the end of the run. */
export async function askHttp(question: HttpQuestion): Promise<HttpReply> {
  const deadline = AbortSignal.timeout(question.timeoutMs);
  const signal = AbortSignal.any([deadline, question.signal]);
  let next: Pick<HttpQuestion, 'url' | 'method' | 'body' | 'headers'> = question;
  try {
    for (let count = 0; count <= MOST_REDIRECTS; count += 1) {
      const address = await question.route(next.url);
      if ('problem' in address) return address;
      const answer = await send({ ...question, ...next, signal }, address);
      const redirect = question.followsRedirects ? redirectOf(answer, next) : undefined;
      if (redirect === undefined) return await toReply(answer);
      answer.destroy();
      next = redirect;
    }
    return { problem: `was redirected more than ${String(MOST_REDIRECTS)} times` };
  } catch (error) {
    question.signal.throwIfAborted();
    if (deadline.aborted) {
      return { problem: `got no answer within ${String(question.timeoutMs)} ms` };
    }
    return { problem: `got no answer: ${messageOf(error).replace(NODE_ADVICE, '')}` };
  }
}

/** About the authorities of this machine, which play no part. */
const NODE_ADVICE = /; if the root CA.*$/su;

async function send(question: HttpQuestion, address: Address): Promise<IncomingMessage> {
  const { url, method, body, headers, signal, tls } = question;
  const isTls = url.protocol === 'https:';
  const options: RequestOptions = {
    host: address.host,
    port: address.port,
    method,
    path: `${url.pathname}${url.search}`,
    // A flat list, so that the order stays and a name can come twice.
    headers: headers.flat(),
    agent: false,
    signal,
  };
  return await new Promise((resolve, reject) => {
    const sent = isTls
      ? requestHttps({
          ...options,
          servername: url.hostname.replaceAll(/^\[|\]$/gu, ''),
          rejectUnauthorized: !tls.allowsAnyone,
          ca: tls.ca,
          cert: tls.cert,
          key: tls.key,
        })
      : requestHttp(options);
    sent.once('response', resolve);
    sent.once('error', reject);
    sent.end(body);
  });
}

/** What to ask next. Absent when the answer is the answer. */
function redirectOf(
  { statusCode = 0, headers }: IncomingMessage,
  asked: Pick<HttpQuestion, 'url' | 'method' | 'body' | 'headers'>,
): typeof asked | undefined {
  const { location } = headers;
  if (location === undefined || ![301, 302, 303, 307, 308].includes(statusCode)) return undefined;
  const url = new URL(location, asked.url);
  const isSame = statusCode >= 307 || asked.method === 'GET' || asked.method === 'HEAD';
  const isElsewhere = url.host !== asked.url.host;
  const kept = asked.headers.filter(([name]) => {
    const lower = name.toLowerCase();
    if (!isSame && ['content-length', 'content-type'].includes(lower)) return false;
    return lower !== 'host' && !(isElsewhere && ['authorization', 'cookie'].includes(lower));
  });
  return {
    url,
    method: isSame ? asked.method : 'GET',
    body: isSame ? asked.body : '',
    headers: [['Host', url.host], ...kept],
  };
}

async function toReply(answer: IncomingMessage): Promise<HttpReply> {
  const chunks: Buffer[] = [];
  let leftBytes = MOST_BODY_BYTES;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    leftBytes -= chunk.length;
    if (leftBytes < 0) return { problem: 'got an answer of more than 16 MiB' };
    chunks.push(chunk);
  }
  return {
    status: answer.statusCode ?? 0,
    headers: renderHeaders(answer.rawHeaders),
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

/** One `Name: value` a line, sorted, with names as Go writes them. */
function renderHeaders(raw: readonly string[]): string {
  return raw
    .flatMap((name, index) =>
      index % 2 === 0 ? [`${canonical(name)}: ${raw[index + 1] ?? ''}`] : [],
    )
    .sort()
    .join('\n');
}

/** @see https://pkg.go.dev/net/textproto#CanonicalMIMEHeaderKey */
function canonical(name: string): string {
  return name.toLowerCase().replaceAll(/(?:^|-)[a-z]/gu, (start) => start.toUpperCase());
}
