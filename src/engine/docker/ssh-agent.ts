import { Agent, type AgentOptions } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Environment } from '../../host/environment.ts';
import { openProcessStream } from '../../host/process-stream.ts';
import type { DialTarget } from '../endpoint.ts';

/**
 * Connections through the system's `ssh` program, as the Docker CLI makes them. The ssh2 package inside
 * docker-modem would be one process less, but knows nothing of `~/.ssh/config`, known hosts, jump hosts,
 * hardware keys or `ControlMaster`, and accepts any host key.
 */
export function createSshAgent(target: DialTarget, env: Environment, options: AgentOptions): Agent {
  const agent = new Agent(options);
  agent.createConnection = (): Duplex => openProcessStream('ssh', sshArguments(target), env);
  return agent;
}

/** `--` keeps a host that starts with a dash from being read as an option. */
function sshArguments(target: DialTarget): readonly string[] {
  return [
    '-o',
    'BatchMode=yes',
    '-o',
    'ConnectTimeout=10',
    '-T',
    ...(target.user === undefined ? [] : ['-l', target.user]),
    ...(target.port === undefined ? [] : ['-p', String(target.port)]),
    '--',
    target.host ?? 'localhost',
    'docker system dial-stdio',
  ];
}
