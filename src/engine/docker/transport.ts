import { Agent, type AgentOptions } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import { inspect } from 'node:util';
import DockerModem from 'docker-modem';
import type { Environment } from '../../host/environment.ts';
import type { DialTarget, TlsMaterial } from '../endpoint.ts';
import { createSshAgent } from './ssh-agent.ts';

export type Modem = DockerModem;

const AGENT_OPTIONS: AgentOptions = { keepAlive: true, maxFreeSockets: 16, timeout: 60_000 };

/** A docker-modem that dials `target`, with kept connections. */
export function createModem(target: DialTarget, env: Environment): Modem {
  const agent = agentFor(target, env);
  // docker-modem formats every request for its debug log, used or not: without this it walks through all
  // sockets of the agent each time, at several milliseconds a call.
  Object.defineProperty(agent, inspect.custom, { value: () => '[agent]' });
  // Each field is set, also to undefined: docker-modem would fill a missing one from process.env.
  const options: DockerModem.ConstructorOptions & {
    readonly agent: Agent;
    readonly pathPrefix: string;
  } = {
    socketPath: target.socketPath,
    host: target.kind === 'unix' ? undefined : (target.host ?? 'localhost'),
    port: target.kind === 'tcp' ? target.port : undefined,
    protocol: target.tls === undefined ? 'http' : 'https',
    ca: undefined,
    cert: undefined,
    key: undefined,
    timeout: undefined,
    pathPrefix: '/',
    agent,
  };
  return new DockerModem(options);
}

function agentFor(target: DialTarget, env: Environment): Agent {
  if (target.kind === 'ssh') return createSshAgent(target, env, AGENT_OPTIONS);
  if (target.tls === undefined) return new Agent(AGENT_OPTIONS);
  return new TlsAgent({ ...AGENT_OPTIONS, ...tlsOptions(target.tls) });
}

function tlsOptions(tls: TlsMaterial): Readonly<Record<string, string | boolean>> {
  return {
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.cert === undefined ? {} : { cert: tls.cert }),
    ...(tls.key === undefined ? {} : { key: tls.key }),
    rejectUnauthorized: tls.isVerified,
  };
}
