import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { connectEngine } from '../../src/engine/connect.ts';
import { processEnvironment } from '../../src/host/environment.ts';
import { serveRegistry, type ServedRegistry } from '../../src/registry/embedded/serve-registry.ts';
import type { CommandPlace } from './command-line.ts';
import { makeCheckout } from './git-checkout.ts';
import { createTemporaryPlace } from './temporary-place.ts';

const BUSYBOX = '/bin/busybox';

/** A project of two images in a folder of its own, with a registry of its own. */
export interface SampleProject extends AsyncDisposable {
  /** A label of its images, and a part of its paths: nobody else has it. */
  readonly id: string;
  readonly folder: string;
  /** What its runs take for the system's temporary folder. */
  readonly temporaryFolder: string;
  readonly registry: ServedRegistry;
  /** Where and with which variables its runs are started: build 7, shipped to its registry. */
  place(env?: Readonly<Record<string, string>>): CommandPlace;
  /** Writes a file of the project; its folder is made. */
  write(path: string, text: string, mode?: number): Promise<void>;
  read(path: string): Promise<string>;
  /** What each tag of the registry points to, by `repository:tag`. */
  tags(): Promise<Readonly<Record<string, string>>>;
}

/** The label makes keys and ids of the images its own: tests at the same time share nothing, and clean up alone. */
const LABEL = 'seatrial.sample';

const CONFIG = `
project: sample
default_branch: main
images:
  base:
    context: base
    labels: { ${LABEL}: ID }
    suites: { behaviour: false, script: test/base.test.sh }
  app:
    context: app
    labels: { ${LABEL}: ID }
    args: { BASE: { image: base } }
    hooks:
      pre_build: { run: sh app/make-page.sh, inputs: [app/make-page.sh], creates: [app/www/index.html] }
    ready: { http: GET 8000/, timeout: 20s }
    state:
      write: { http: POST 8000/cgi-bin/value, body: kept }
      read: { http: GET 8000/cgi-bin/value, expect: kept }
    suites:
      behaviour: { only: [starts, ports-listen, answers, stops, ephemeral, volumes-persist] }
      script: test/app.test.sh
    ship: { repository: sample/app, tags: ['{build}', latest] }
`;

const FILES: Readonly<Record<string, string>> = {
  'seatrial.yaml': CONFIG,
  'base/Dockerfile': `FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
CMD ["/bin/true"]
`,
  'app/Dockerfile': `ARG BASE
FROM \${BASE}
COPY www/ /www/
COPY server.sh /server.sh
RUN mkdir /data
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
ENTRYPOINT ["/bin/sh", "/server.sh"]
`,
  'app/server.sh': `trap 'kill "$pid"; exit 0' TERM
httpd -f -p 8000 -h /www &
pid=$!
wait "$pid"
`,
  'app/make-page.sh': `set -eu
mkdir -p app/www
echo hello > app/www/index.html
`,
  'app/www/cgi-bin/value': `#!/bin/sh
[ "$REQUEST_METHOD" = POST ] && cat > /data/value
printf 'Content-Type: text/plain\\r\\n\\r\\n'
[ ! -f /data/value ] || cat /data/value
`,
  'test/base.test.sh': `#!/bin/sh
set -eu
docker run --rm "$IMAGE" sh -c 'echo works' | grep works
`,
  'test/app.test.sh': `#!/bin/sh
set -eu
container=$(docker run -d "$IMAGE")
docker exec "$container" wget -q -O - http://127.0.0.1:8000/ | grep hello
docker rm -f -v "$container" >/dev/null
`,
};

const EXECUTABLE = /\.test\.sh$|cgi-bin/u;

export async function createSampleProject(): Promise<SampleProject> {
  const place = await createTemporaryPlace();
  const { id, folder, root } = place;
  const registry = await serveRegistry({ folder: join(root, 'registry') });
  const write = async (path: string, text: string, mode = 0o644): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text, { mode });
  };
  for (const [path, text] of Object.entries(FILES))
    await write(
      path,
      text.replaceAll(': ID }', `: ${id} }`),
      EXECUTABLE.test(path) ? 0o755 : 0o644,
    );
  await copyFile(BUSYBOX, join(folder, 'base', 'busybox'));
  await makeCheckout(folder);
  return {
    id,
    folder,
    temporaryFolder: place.temporaryFolder,
    registry,
    place: (env = {}) => ({
      folder,
      env: { ...place.env, SEATRIAL_REGISTRY: registry.host, BUILD_NUM: '7', ...env },
    }),
    write,
    read: async (path) => await readFile(join(folder, path), 'utf8'),
    tags: async () => await tagsOf(registry),
    [Symbol.asyncDispose]: async () => {
      await registry.close();
      await removeImages(`${LABEL}=${id}`);
      await place[Symbol.asyncDispose]();
    },
  };
}

/** Removes every image with the label, and no other. */
export async function removeImages(label: string): Promise<void> {
  const { images } = await connectEngine({ env: processEnvironment() });
  for (const { id, tags } of await images.list([label]))
    for (const ref of tags.length === 0 ? [id] : tags) await images.remove(ref);
}

const catalogSchema = z.object({ repositories: z.array(z.string()) });
const tagListSchema = z.object({ tags: z.array(z.string()).nullable() });

/** Asks the registry as any client would. */
export async function tagsOf(registry: ServedRegistry): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  const catalog = catalogSchema.parse(await getJson(`${registry.url}/v2/_catalog`));
  for (const repository of catalog.repositories) {
    const listing = tagListSchema.safeParse(
      await getJson(`${registry.url}/v2/${repository}/tags/list`),
    );
    for (const tag of listing.data?.tags ?? []) {
      const manifest = await fetch(`${registry.url}/v2/${repository}/manifests/${tag}`, {
        headers: { Accept: 'application/vnd.oci.image.manifest.v1+json' },
      });
      found[`${repository}:${tag}`] = manifest.headers.get('docker-content-digest') ?? 'no digest';
      await manifest.body?.cancel();
    }
  }
  return found;
}

async function getJson(url: string): Promise<unknown> {
  return await (await fetch(url)).json();
}

/** Ids of the runs of a project, oldest first; none before the first. */
export async function runsOf(folder: string): Promise<readonly string[]> {
  return (await readdir(join(folder, '.seatrial', 'runs')).catch((): string[] => [])).sort();
}
