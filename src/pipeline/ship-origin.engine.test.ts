import { describe, expect, it } from 'vitest';
import { connectEngine } from '../engine/connect.ts';
import { startContainerdStandIn } from '../engine/testing/containerd-stand-in.ts';
import { collectBundles } from '../evidence/collect.ts';
import { predicateTypes } from '../evidence/statement.ts';
import { makeSigner } from '../evidence/testing/sample-evidence.ts';
import { processEnvironment } from '../host/environment.ts';
import { digestOf, isDigest, type Digest } from '../kernel/digest.ts';
import { candidateTag } from '../kernel/reserved-tags.ts';
import type { Repository } from '../registry/contract.ts';
import { openRepository } from '../registry/client/open-repository.ts';
import { startFaultyRegistry } from '../registry/testing/faulty-registry.ts';
import { startGuardedRegistry } from '../registry/testing/guarded-registry.ts';
import { toStoredImage } from '../ship/testing/image-layout.ts';
import type { RunContext, StepResult } from './run-context.ts';
import {
  openPipelineBench,
  uniqueImage,
  type BenchRun,
  type PipelineBench,
} from './testing/pipeline-bench.ts';

const FILES = {
  Dockerfile: `FROM scratch
COPY busybox /bin/busybox
COPY status /var/lib/dpkg/status
CMD ["/bin/busybox", "true"]
`,
  status: 'Package: busybox-static\nStatus: install ok installed\nVersion: 1:1.35.0-4\n',
  'pass.sh': '#!/bin/sh\nexit 0\n',
  '.dockerignore': '*.sh\n*.yaml\n',
};

async function configure(bench: PipelineBench, suites: string, ship: string): Promise<void> {
  await bench.write(
    'seatrial.yaml',
    `images:
  ${uniqueImage(bench)}:
    suites: { ${suites} }
    ship: { repository: ${ship}, tags: ['{build}'] }
`,
  );
}

async function ship(
  bench: PipelineBench,
  buildNumber: string,
  changes: Partial<RunContext> = {},
): Promise<BenchRun> {
  return await bench.run('ship', {
    ci: { provider: 'local', isFork: false, branch: 'main', buildNumber },
    ...changes,
  });
}

function shipped(run: BenchRun): StepResult | undefined {
  return [...run.results].find(([id]) => id.startsWith('ship:'))?.[1];
}

function imageIdOf(run: BenchRun): Digest {
  const id = [...run.results].find(([step]) => step.startsWith('build:'))?.[1].imageId ?? '';
  if (isDigest(id)) return id;
  throw new Error(`nothing was built: ${JSON.stringify([...run.results])}`);
}

function outputOf(run: BenchRun): string {
  return run.events.map((each) => (each.type === 'step.output' ? each.text : '')).join('');
}

async function statementsOf(repository: Repository, digest: string): Promise<Map<string, unknown>> {
  const { bundles } = await collectBundles(repository, isDigest(digest) ? digest : digestOf(''));
  return new Map(bundles.map(({ statement }) => [statement.predicateType, statement.predicate]));
}

describe('an engine with a containerd store', () => {
  it('ships its own manifest, which the tests ran, and no other one', async () => {
    await using registry = await startFaultyRegistry();
    await using standIn = await startContainerdStandIn({
      socketPath: '/var/run/docker.sock',
      toStored: toStoredImage,
    });
    await using bench = await openPipelineBench(FILES, { DOCKER_HOST: standIn.host });
    await configure(
      bench,
      'behaviour: { only: [starts] }, script: pass.sh',
      `${registry.host}/app`,
    );
    const signer = await makeSigner();

    const first = await ship(bench, '1', { signer });
    await bench.write('pass.sh', '#!/bin/sh\n# changed, and run again\nexit 0\n');
    standIn.runs = () => digestOf('another manifest');
    const second = await ship(bench, '2', { signer });

    const [real, image] = [...standIn.images].at(-1) ?? [];
    const repository = registry.open();
    expect(imageIdOf(first)).toBe(image?.id);
    expect(shipped(first)).toMatchObject({ outcome: 'passed', digest: image?.manifest });
    expect(outputOf(first)).toContain('docker 28.0.0 keeps the manifest');
    const manifest = await repository.manifests.read('1');
    expect(JSON.parse(Buffer.from(manifest?.bytes ?? []).toString())).toMatchObject({
      config: { digest: real },
    });
    // The evidence is about the manifest, and names the index that the engine calls the image.
    const statements = await statementsOf(repository, image?.manifest ?? '');
    expect(statements.get(predicateTypes.provenance)).toMatchObject({
      buildDefinition: { internalParameters: { imageId: image?.id, manifest: 'stored' } },
    });
    expect(JSON.stringify(statements.get(predicateTypes.sbom))).toContain('busybox-static');
    expect(shipped(second)).toMatchObject({
      outcome: 'failed',
      error: { code: 'IDENTITY_BROKEN' },
    });
    expect(await repository.tags.list()).not.toContain('2');
  });
});

describe('an engine that pushes', () => {
  const login = { username: 'me', password: 'the-pass-word' };
  const basic = `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`;

  it('gets the login, leaves no tag behind, and is believed only as far as the registry tells', async () => {
    await using registry = await startGuardedRegistry((request, response) => {
      if (request.headers.authorization === basic) return true;
      response.writeHead(401, { 'www-authenticate': 'Basic realm="seatrial"' }).end();
      return false;
    });
    const auths = { [registry.host]: { auth: basic.slice('Basic '.length) } };
    const env = { DOCKER_AUTH_CONFIG: JSON.stringify({ auths }) };
    await using bench = await openPipelineBench(FILES, env);
    const target = `${registry.host}/app, through: engine`;
    await configure(bench, 'behaviour: false, script: pass.sh', target);
    const signer = await makeSigner();
    const engine = await connectEngine({ env: processEnvironment() });
    await using repository = openRepository({ repository: `${registry.host}/app`, env });

    const first = await ship(bench, '1', { signer });
    const uploads = uploadsTo(registry.seen);
    // As a run leaves it that was killed after its push.
    const left = await repository.manifests.read('1');
    if (left)
      await repository.manifests.put({ ...left, reference: candidateTag(imageIdOf(first)) });
    const again = await ship(bench, '2', { signer });
    const uploadsAfterAgain = uploadsTo(registry.seen);
    await bench.write('status', FILES.status.replace('1.35', '1.36'));
    const { digest = '' } = shipped(first) ?? {};
    const push = (): Promise<Digest> => Promise.resolve(isDigest(digest) ? digest : digestOf(''));
    const lied = await ship(bench, '3', {
      engine: { ...engine, images: { ...engine.images, push } },
    });

    expect(shipped(first)).toMatchObject({ outcome: 'passed' });
    expect(outputOf(first)).toContain('ship.through is engine');
    const manifest = await repository.manifests.read('1');
    expect(manifest?.digest).toBe(digest);
    expect(JSON.parse(Buffer.from(manifest?.bytes ?? []).toString())).toMatchObject({
      config: { digest: imageIdOf(first) },
    });
    const statements = await statementsOf(repository, digest);
    expect(statements.get(predicateTypes.provenance)).toMatchObject({
      buildDefinition: { internalParameters: { manifest: 'pushed' } },
    });
    expect(JSON.stringify(statements.get(predicateTypes.sbom))).toContain('busybox-static');
    expect(shipped(again)).toMatchObject({ outcome: 'passed', digest });
    expect(uploadsAfterAgain).toBe(uploads);
    expect(shipped(lied)?.error).toMatchObject({ code: 'IDENTITY_BROKEN' });
    const tags = await repository.tags.list();
    expect(tags.filter((tag) => !tag.startsWith('sha256-'))).toEqual(['1', '2']);
    const local = (await engine.images.list([])).flatMap((image) => image.tags);
    expect(local.filter((tag) => tag.startsWith(registry.host))).toEqual([]);
    const told = JSON.stringify([first, again, lied].map(({ events }) => events));
    expect(told).not.toContain(login.password);
    expect(told).not.toContain(basic.slice('Basic '.length));
  });
});

/** Layers and configs that were sent. */
function uploadsTo(seen: readonly { readonly method: string; readonly path: string }[]): number {
  return seen.filter(({ method, path }) => method === 'PATCH' && path.includes('/blobs/')).length;
}
