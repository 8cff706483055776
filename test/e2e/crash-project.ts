import { copyFile, cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateKeys } from '../../src/evidence/keys.ts';
import { makeCheckout } from './git-checkout.ts';
import { removeImages } from './sample-project.ts';
import { createTemporaryPlace, type TemporaryPlace } from './temporary-place.ts';

/** A project of one small image, in a place of its own. */
export interface CrashProject extends TemporaryPlace {
  /** What its runs need besides: their registry. What they ship is signed. */
  readonly env: Readonly<Record<string, string>>;
  /** Changes an input of the image, so that the next run has all the work. */
  change(): Promise<void>;
  /** The same with all that it remembers, in a place of its own. */
  copy(): Promise<CrashProject>;
}

const LABEL = 'seatrial.sample';
export const REPOSITORY = 'crash/app';
/** In the order in which they move. */
export const RELEASE_TAGS = ['7', 'stable'] as const;

/** The one check has a container, a network and a volume of its own when its case ends. */
const CONFIG = `
project: crash
images:
  app:
    context: app
    labels: { ${LABEL}: ID }
    ready: { log: ready }
    suites: { behaviour: { only: [starts] } }
    ship: { repository: ${REPOSITORY}, tags: [${RELEASE_TAGS.map((tag) => `'${tag}'`).join(', ')}] }
`;

const DOCKERFILE = `FROM scratch
COPY busybox /bin/busybox
COPY input /input
VOLUME /data
ENTRYPOINT ["/bin/busybox", "sh", "-c", "echo ready; exec /bin/busybox sleep 60"]
`;

export async function createCrashProject(): Promise<CrashProject> {
  const place = await createTemporaryPlace();
  const app = join(place.folder, 'app');
  await mkdir(app);
  await Promise.all([
    writeFile(join(place.folder, 'seatrial.yaml'), CONFIG.replace('ID', place.id)),
    writeFile(join(app, 'Dockerfile'), DOCKERFILE),
    writeFile(join(app, 'input'), '0'),
    copyFile('/bin/busybox', join(app, 'busybox')),
    generateKeys(join(place.root, 'ours')),
  ]);
  await makeCheckout(place.folder);
  const project = toProject(place);
  return {
    ...project,
    [Symbol.asyncDispose]: async () => {
      await removeImages(`${LABEL}=${place.id}`);
      await project[Symbol.asyncDispose]();
    },
  };
}

function toProject(place: TemporaryPlace): CrashProject {
  let changes = 0;
  return {
    ...place,
    env: { ...place.env, SEATRIAL_KEY: join(place.root, 'ours.key') },
    change: async () => {
      changes += 1;
      await writeFile(join(place.folder, 'app', 'input'), String(changes));
    },
    copy: async () => {
      const copied = await createTemporaryPlace();
      await cp(place.root, copied.root, { recursive: true });
      return toProject(copied);
    },
  };
}
