import { judgeManifest } from '../src/evidence/judge-manifest.ts';
import { defaultRules, type Policy } from '../src/evidence/policy.ts';
import type { StatementSigner } from '../src/evidence/signer.ts';
import { predicateTypes } from '../src/evidence/statement.ts';
import { attachBundles } from '../src/evidence/attach.ts';
import { makeSigner, makeStatement } from '../src/evidence/testing/sample-evidence.ts';
import { systemClock } from '../src/host/clock.ts';
import type { Digest } from '../src/kernel/digest.ts';
import { openRepository } from '../src/registry/client/open-repository.ts';
import type { Repository } from '../src/registry/contract.ts';
import { descriptorOf } from '../src/registry/testing/sample-image.ts';
import { promoteDigest } from '../src/ship/promote-by-hand.ts';
import { pushRelease } from '../src/ship/testing/promotions.ts';
import type { Benchmark } from './benchmark.ts';
import { registries } from './rig/registries.ts';
import { temporaryFolder } from './rig/temporary-folder.ts';
import { median, ms } from './stopwatch.ts';

const ROUNDS = 15;
const TAGS = ['1.2', '1', 'main', 'stable', 'latest'];

export const promote: Benchmark = {
  name: 'promote',
  figure: 'promote one tested digest to 5 tags: evidence verified, every tag read back',
  unit: 'ms',
  limit: { atMost: 150 },
  async run() {
    const medians: [string, number][] = [];
    for (const [name, start] of Object.entries(registries)) {
      await using registry = await start();
      medians.push([name, await measure(`${registry.host}/app`)]);
    }
    return {
      value: Math.max(...medians.map(([, value]) => value)),
      parts: Object.fromEntries(medians.map(([name, value]) => [name, ms(value)])),
    };
  },
};

/** Each round moves all tags from the release of the round before to a new one. */
async function measure(name: string): Promise<number> {
  await using folder = await temporaryFolder('promote');
  const signer = await makeSigner();
  const timesMs: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const digest = await pushTested(name, signer, round);
    const startedAt = performance.now();
    const moved = await promoteTo(name, digest, { folder: folder.path, signer });
    timesMs.push(performance.now() - startedAt);
    if (moved !== TAGS.length) throw new Error(`${moved} of ${TAGS.length} tags were moved`);
  }
  return median(timesMs);
}

async function pushTested(name: string, signer: StatementSigner, round: number): Promise<Digest> {
  await using repository = open(name);
  const day = String(round + 1).padStart(2, '0');
  const { manifest, digest } = await pushRelease(repository, `2026-01-${day}T00:00:00.000Z`);
  await attachBundles({
    repository,
    subject: descriptorOf(manifest),
    bundles: [
      {
        bundle: await signer.sign(makeStatement(digest)),
        predicateType: predicateTypes.testResult,
        createdAt: '2026-01-01T00:00:00.000Z',
      },
    ],
    signal: AbortSignal.timeout(30_000),
    onNotice: () => undefined,
  });
  return digest;
}

async function promoteTo(
  name: string,
  digest: Digest,
  { folder, signer }: { readonly folder: string; readonly signer: StatementSigner },
): Promise<number> {
  const policy: Policy = { trust: signer.trust, rules: defaultRules() };
  await using repository = open(name);
  const { moved } = await promoteDigest(
    {
      repository,
      runId: 'bench',
      prove: async (at, of) => await judgeManifest(at, of, { policy, now: new Date() }),
      known: [],
      stateFolder: folder,
      clock: systemClock,
      signal: AbortSignal.timeout(30_000),
      journal: { intent: () => undefined, done: () => undefined, notice: () => undefined },
    },
    { reference: digest, tags: TAGS, mayGoBack: false, isDryRun: false },
  );
  return moved.length;
}

function open(name: string): Repository {
  return openRepository({ repository: name, env: {} });
}
