import { BlockList, isIP, type LookupFunction } from 'node:net';
import { Agent, EnvHttpProxyAgent, Pool, type Dispatcher } from 'undici';
import { messageOf } from '../../kernel/errors.ts';
import type { Environment } from '../../host/environment.ts';
import type { RegistryLimits } from '../contract.ts';
import type { Certificates } from './certificates.ts';
import { isLoopbackHost, withoutBrackets } from './network-hosts.ts';

/** Connections of one repository: kept open between requests, and closed together. */
export interface Dispatchers {
  /** `isFresh` takes a new connection, so that nothing on the way can answer from an old one. */
  pick(url: URL, isFresh: boolean): Dispatcher;
  destroy(): Promise<void>;
}

export interface DispatcherOptions {
  readonly env: Environment;
  readonly limits: RegistryLimits;
  readonly certificates: Certificates;
  /** @default the system's */
  readonly lookup?: LookupFunction | undefined;
}

export function createDispatchers(options: DispatcherOptions): Dispatchers {
  const proxy = proxySettings(options.env);
  const kept = { direct: directAgent(options, {}), proxied: proxyAgent(options, proxy, {}) };
  const fresh = {
    direct: directAgent(options, { pipelining: 0 }),
    proxied: proxyAgent(options, proxy, { pipelining: 0 }),
  };
  const isDirect = directRule(proxy.noProxy);
  return {
    pick: (url, isFresh) => {
      const { direct, proxied } = isFresh ? fresh : kept;
      return proxied === undefined || isDirect(url) ? direct : proxied;
    },
    destroy: async () => {
      const all = [kept.direct, kept.proxied, fresh.direct, fresh.proxied];
      await Promise.all(all.map(async (agent) => await agent?.destroy()));
    },
  };
}

function directAgent(options: DispatcherOptions, more: Agent.Options): Agent {
  return new Agent({ ...agentOptions(options), ...more });
}

function proxyAgent(
  options: DispatcherOptions,
  proxy: ProxySettings,
  more: Agent.Options,
): EnvHttpProxyAgent | undefined {
  if (proxy.httpProxy === '' && proxy.httpsProxy === '') return undefined;
  return new EnvHttpProxyAgent({
    ...agentOptions(options),
    ...more,
    ...proxy,
    // Plain HTTP goes through a proxy as it does in curl: many allow tunnels to port 443 only.
    proxyTunnel: false,
    clientFactory: (origin, settings) => createTunnelPool(origin, settings, options.limits),
    requestTls: { ...options.certificates, timeout: options.limits.connectMs },
  });
}

function agentOptions({ limits, certificates, lookup }: DispatcherOptions): Agent.Options {
  return {
    connect: {
      ...certificates,
      timeout: limits.connectMs,
      ...(lookup === undefined ? {} : { lookup }),
    },
    headersTimeout: limits.idleMs,
    bodyTimeout: limits.idleMs,
    maxHeaderSize: 64 * 1024,
  };
}

/** A tunnel that could not be had. Its code must not be `UND_ERR_SOCKET`: see below. */
class TunnelFailed extends Error {
  readonly code = 'PROXY_TUNNEL_FAILED';
}

/**
 * undici takes a proxy that closes the connection for a hiccup and connects again at once, for ever, and
 * gives one that never answers five minutes. Here both are errors, in the time that connecting may take.
 */
function createTunnelPool(origin: URL, settings: object, limits: RegistryLimits): Pool {
  const pool = new Pool(origin, { ...settings, headersTimeout: limits.connectMs });
  const connect = async (request: Dispatcher.ConnectOptions): Promise<Dispatcher.ConnectData> =>
    await new Promise((resolve, reject) => {
      Pool.prototype.connect.call(pool, request, (error, data) => {
        const message = `no tunnel through the proxy ${origin.host}: ${messageOf(error)}`;
        if (error === null) resolve(data);
        else reject(new TunnelFailed(message, { cause: error }));
      });
    });
  return Object.assign(pool, { connect });
}

interface ProxySettings {
  readonly httpProxy: string;
  readonly httpsProxy: string;
  readonly noProxy: string;
}

/** Lower case wins, as in curl; empty means none, so that undici does not look for itself. */
function proxySettings(env: Environment): ProxySettings {
  const read = (name: string): string => env[name] || env[name.toUpperCase()] || '';
  return {
    httpProxy: read('http_proxy'),
    httpsProxy: read('https_proxy'),
    noProxy: read('no_proxy'),
  };
}

/** Loopback never goes through a proxy, as in Go; undici knows names and ports, but not `10.0.0.0/8`. */
function directRule(noProxy: string): (url: URL) => boolean {
  const nets = new BlockList();
  for (const entry of noProxy.split(/[,\s]+/u)) {
    const [net = '', prefix, ...more] = entry.split('/');
    const family = isIP(net);
    const bits = Number(prefix);
    if (prefix === undefined || more.length > 0 || family === 0) continue;
    if (!Number.isInteger(bits) || bits < 0 || bits > (family === 4 ? 32 : 128)) continue;
    nets.addSubnet(net, bits, family === 4 ? 'ipv4' : 'ipv6');
  }
  return (url) => {
    if (isLoopbackHost(url.hostname)) return true;
    const host = withoutBrackets(url.hostname);
    const family = isIP(host);
    return family !== 0 && nets.check(host, family === 4 ? 'ipv4' : 'ipv6');
  };
}
