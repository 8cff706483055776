import type { StateAction } from '../../config/schema.ts';
import { parseHttpTarget } from '../../engine/http-target.ts';
import { quote } from '../shell-quote.ts';
import { defaultPortOf, type Subject } from './subject.ts';

/** The command that does one action of the `state` block on a container; empty without such a block. */
export function stateByHand(
  subject: Subject,
  which: 'write' | 'read',
  container = 'by-hand',
): string {
  const action = subject.image.profile.state?.[which];
  if (action?.exec !== undefined) {
    return `docker exec ${container} ${action.exec.map(quote).join(' ')}`;
  }
  return action?.http === undefined ? '' : curl(subject, action, container);
}

function curl(subject: Subject, action: StateAction, container: string): string {
  const target = parseHttpTarget(action.http ?? '', defaultPortOf(subject));
  const address = `docker inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' ${container}`;
  return [
    'curl -i',
    ...(target.method === 'GET' ? [] : [`-X ${target.method}`]),
    ...Object.entries(action.headers).map(([name, value]) => `-H ${headerOf(name, value)}`),
    ...(action.body === undefined ? [] : [`-d ${quote(action.body)}`]),
    `"http://$(${address}):${target.port}${target.path}"`,
  ].join(' ');
}

/** A credential is left to the reader: commands end up in reports. */
function headerOf(name: string, value: string): string {
  const isSecret = /^(?:authorization|cookie|proxy-authorization)$|token|key|secret/iu.test(name);
  return isSecret ? quote(`${name}: …`) : quote(`${name}: ${value}`);
}
