import { RegistryError } from '../errors.ts';
import type { RegistryTrust } from '../contract.ts';
import { BrokenConnection } from './broken-connection.ts';
import { isLoopbackHost } from './network-hosts.ts';
import type { Operation } from './operation.ts';
import type { Transport } from './transport.ts';

/**
 * `https://host`, or `http://host` where plain HTTP is allowed. On loopback the server shows which one it
 * speaks; elsewhere nothing that happens on the wire leads from HTTPS to plain HTTP.
 */
export async function findBase(
  transport: Transport,
  operation: Operation,
  rules: { readonly endpoint: string; readonly plainHttp: RegistryTrust['plainHttp'] },
): Promise<URL> {
  const [plain, secure] = [toUrl('http', rules.endpoint), toUrl('https', rules.endpoint)];
  if (rules.plainHttp === 'always') return plain;
  if (rules.plainHttp === 'never' || !isLoopbackHost(plain.hostname)) return secure;
  const first = await knock(transport, operation, plain);
  if (first !== 'speaks TLS, perhaps') return plain;
  return (await knock(transport, operation, secure)) === 'answers' ? secure : plain;
}

type Knock = 'answers' | 'speaks TLS, perhaps' | 'silent';

async function knock(transport: Transport, operation: Operation, base: URL): Promise<Knock> {
  try {
    const answer = await transport.send(operation, {
      method: 'GET',
      url: new URL('/v2/', base),
      headers: {},
    });
    await answer.discard();
    // Servers that expect TLS answer plain HTTP with 400, or close.
    return answer.status === 400 ? 'speaks TLS, perhaps' : 'answers';
  } catch (error) {
    if (!(error instanceof BrokenConnection)) throw error;
    return error.systemCode === 'ECONNREFUSED' ? 'silent' : 'speaks TLS, perhaps';
  }
}

function toUrl(scheme: 'http' | 'https', endpoint: string): URL {
  try {
    return new URL(`${scheme}://${endpoint}`);
  } catch (error) {
    throw new RegistryError('REPOSITORY_INVALID', `The registry host ${endpoint} is no host`, {
      cause: error,
    });
  }
}
