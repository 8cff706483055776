import { z } from 'zod';
import { isLocalHost } from '../local-host.ts';
import { askHttp, type HttpQuestion } from '../http-client.ts';
import { lookInService } from '../need-service.ts';
import type { Fact, Look, Resource, ResourceKind } from '../resource-kind.ts';
import type { Scene, Service } from '../world.ts';

const settingsSchema = z.object({
  method: z.string().optional(),
  'allow-insecure': z.boolean().optional(),
  'no-follow-redirects': z.boolean().optional(),
  timeout: z.number().optional(),
  'request-headers': z
    .array(z.string().regex(/^[^\s:]+:/u, 'must be as in `Accept: text/html`'))
    .nullish(),
  'request-body': z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  'ca-file': z.string().optional(),
  'cert-file': z.string().optional(),
  'key-file': z.string().optional(),
  proxy: z.string().optional(),
});
type Settings = z.infer<typeof settingsSchema>;

const DEFAULT_TIMEOUT_MS = 5000;

/** A request to the container itself, sent from outside; what is elsewhere only goss can ask from where it is. */
export const http: ResourceKind = {
  type: 'http',
  nameKey: 'url',
  properties: { status: { isRequired: true }, headers: { isText: true }, body: { isText: true } },
  settings: settingsSchema.shape,
  isGated: true,
  refuses: (name) =>
    /^https?:$/u.test(URL.parse(name)?.protocol ?? '')
      ? undefined
      : {
          message: `\`${name}\` is no URL of HTTP.`,
          suggestion: 'Write it as `http://localhost:8080/`.',
        },
  needs: ({ name, attributes }) => {
    if (attributes['proxy'] !== undefined && attributes['proxy'] !== '') {
      return { goss: 'is asked through a proxy, which is reached from inside of the container' };
    }
    const url = URL.parse(name);
    return url === null || isLocalHost(url.hostname)
      ? 'service'
      : { goss: 'is on another machine, which can only be asked from inside of the container' };
  },
  wishes: (resource) => {
    const settings = settingsOf(resource);
    return { contents: FILE_KEYS.flatMap((key) => settings[key] || []) };
  },
  look: async (resource, scene) =>
    await lookInService(scene, async (service) => await ask(resource, scene, service)),
};

const FILE_KEYS = ['ca-file', 'cert-file', 'key-file'] as const;

/** The whole file was checked before. */
function settingsOf({ attributes }: Resource): Settings {
  return settingsSchema.parse(attributes);
}

async function ask(resource: Resource, scene: Scene, service: Service): Promise<Look> {
  const url = new URL(resource.name);
  const settings = settingsOf(resource);
  const absent = FILE_KEYS.map((key) => settings[key] ?? '').find(
    (path) => path !== '' && scene.files.bytes(path) === undefined,
  );
  if (absent !== undefined) {
    const what = `cannot be told: there is no ${absent} in the image that could be read`;
    return problem(what, 'The files of certificates are those of the image, as for goss.');
  }
  const reply = await askHttp(toQuestion({ url, settings, scene, service }));
  if ('problem' in reply) {
    const fix = reply.fix ?? 'See in the log of the container what became of the request.';
    return problem(reply.problem, fix);
  }
  const facts: Readonly<Record<string, Fact>> = {
    status: {
      value: reply.status,
      fix: `The answer began: ${JSON.stringify(reply.body.slice(0, 200))}.`,
    },
    headers: { value: reply.headers },
    body: { value: reply.body },
  };
  return (property) => facts[property] ?? { value: undefined };
}

function problem(what: string, fix: string): Look {
  return () => ({ problem: what, fix });
}

interface Asking {
  readonly url: URL;
  readonly settings: Settings;
  readonly scene: Scene;
  readonly service: Service;
}

function toQuestion({ url, settings, scene, service }: Asking): HttpQuestion {
  const bytes = (path: string | undefined): Buffer | undefined =>
    path === undefined || path === '' ? undefined : scene.files.bytes(path);
  return {
    url,
    method: settings.method || 'GET',
    headers: headersOf(url, settings),
    body: settings['request-body'] ?? '',
    timeoutMs: settings.timeout || DEFAULT_TIMEOUT_MS,
    followsRedirects: settings['no-follow-redirects'] !== true,
    tls: {
      allowsAnyone: settings['allow-insecure'] === true,
      ca: bytes(settings['ca-file']),
      cert: bytes(settings['cert-file']),
      key: bytes(settings['key-file']),
    },
    signal: scene.signal,
    route: (each) => routeTo(each, service),
  };
}

function headersOf(url: URL, settings: Settings): readonly (readonly [string, string])[] {
  const written = (settings['request-headers'] ?? []).map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
  });
  const isGiven = (name: string): boolean =>
    written.some(([each]) => each.toLowerCase() === name.toLowerCase());
  const { username = '', password = '' } = settings;
  const login = Buffer.from(`${username}:${password}`).toString('base64');
  const body = Buffer.byteLength(settings['request-body'] ?? '');
  const added: readonly (readonly [string, string, boolean])[] = [
    ['Host', url.host, true],
    ['User-Agent', 'goss/seatrial', true],
    ['Authorization', `Basic ${login}`, username !== '' || password !== ''],
    ['Content-Length', String(body), body > 0],
  ];
  return [
    ...added.flatMap(([name, value, isWanted]) =>
      isWanted && !isGiven(name) ? [[name, value] as const] : [],
    ),
    ...written,
  ];
}

/** From outside only what listens on more than loopback is reached. */
async function routeTo(url: URL, service: Service): ReturnType<HttpQuestion['route']> {
  if (!isLocalHost(url.hostname)) {
    return { problem: `is redirected to ${url.href}, which is on another machine` };
  }
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  const listening = (await service.sockets()).filter(
    (socket) => socket.protocol === 'tcp' && socket.port === port,
  );
  if (listening.length === 0) {
    return {
      problem: `got no answer: nothing listens on port ${String(port)}`,
      fix: 'Start what listens there; if it comes later, set `ready` of the image.',
    };
  }
  if (!listening.some(({ isLoopback }) => !isLoopback)) {
    return {
      problem: `cannot be told: port ${String(port)} listens on loopback alone, and Seatrial asks from outside`,
      fix: 'Let it listen on `0.0.0.0`, or ask it with a `command` inside of the container.',
    };
  }
  return (
    (await service.addressOf(port)) ?? {
      problem: `cannot be told: port ${String(port)} of the container cannot be reached from here`,
    }
  );
}
