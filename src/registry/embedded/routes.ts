import { deleteBlob, getBlob } from './blobs.ts';
import type { Call, Registry } from './call.ts';
import type { Endpoint } from './faults.ts';
import { listCatalog, listReferrers, listTags } from './listings.ts';
import { deleteManifest, getManifest, putManifest } from './manifests.ts';
import { isRepositoryPath } from './names.ts';
import { jsonReply, RefusedRequest, type Reply } from './reply.ts';
import { deleteUpload, getUpload, patchUpload, postUpload, putUpload } from './uploads.ts';

type Run = (registry: Registry, call: Call) => Promise<Reply>;

export interface Route {
  readonly endpoint: Endpoint;
  readonly run: Run;
  readonly name: string;
  readonly target: string;
}

interface RouteRule {
  readonly path: RegExp;
  readonly methods: Readonly<Record<string, readonly [Endpoint, Run]>>;
}

const answerPing: Run = () =>
  Promise.resolve(
    jsonReply({}, { headers: { 'Docker-Distribution-API-Version': 'registry/2.0' } }),
  );

/**
 * The endpoints of the specification. A name may itself hold words like `blobs`, so the last match counts.
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#endpoints
 */
const rules: readonly RouteRule[] = [
  {
    path: /^\/v2\/?$/u,
    methods: { GET: ['ping', answerPing], HEAD: ['ping', answerPing] },
  },
  { path: /^\/v2\/_catalog$/u, methods: { GET: ['catalog', listCatalog] } },
  {
    path: /^\/v2\/(?<name>.+)\/blobs\/uploads\/?$/u,
    methods: { POST: ['upload.post', postUpload] },
  },
  {
    path: /^\/v2\/(?<name>.+)\/blobs\/uploads\/(?<target>[^/]+)$/u,
    methods: {
      GET: ['upload.get', getUpload],
      PATCH: ['upload.patch', patchUpload],
      PUT: ['upload.put', putUpload],
      DELETE: ['upload.delete', deleteUpload],
    },
  },
  {
    path: /^\/v2\/(?<name>.+)\/blobs\/(?<target>[^/]+)$/u,
    methods: {
      GET: ['blob.get', getBlob],
      HEAD: ['blob.head', getBlob],
      DELETE: ['blob.delete', deleteBlob],
    },
  },
  {
    path: /^\/v2\/(?<name>.+)\/manifests\/(?<target>[^/]+)$/u,
    methods: {
      GET: ['manifest.get', getManifest],
      HEAD: ['manifest.head', getManifest],
      PUT: ['manifest.put', putManifest],
      DELETE: ['manifest.delete', deleteManifest],
    },
  },
  {
    path: /^\/v2\/(?<name>.+)\/tags\/list$/u,
    methods: { GET: ['tags.list', listTags] },
  },
  {
    path: /^\/v2\/(?<name>.+)\/referrers\/(?<target>[^/]+)$/u,
    methods: { GET: ['referrers.list', listReferrers] },
  },
];

/** Which endpoint a request is for. The name is checked here, before anything makes a path of it. */
export function routeOf(method: string, path: string): Route {
  for (const rule of rules) {
    const match = rule.path.exec(path);
    if (match === null) continue;
    const found = rule.methods[method];
    if (found === undefined) {
      throw new RefusedRequest(405, 'UNSUPPORTED', {
        message: `${method} is not offered here`,
        headers: { Allow: Object.keys(rule.methods).join(', ') },
      });
    }
    const name = match.groups?.['name'] ?? '';
    if (name !== '' && !isRepositoryPath(name)) {
      throw new RefusedRequest(400, 'NAME_INVALID', {
        message: `not a repository name: ${JSON.stringify(name.slice(0, 300))}`,
      });
    }
    const [endpoint, run] = found;
    return { endpoint, run, name, target: decode(match.groups?.['target'] ?? '') };
  }
  throw new RefusedRequest(404, 'UNSUPPORTED', { message: 'no such endpoint' });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Not percent-encoding: the checks of the endpoint refuse it as it is.
    return text;
  }
}
