import { readFileSync } from 'node:fs';
import { connectEngine } from '../../src/engine/connect.ts';
import { processEnvironment } from '../../src/host/environment.ts';
import { openRepository } from '../../src/registry/client/open-repository.ts';
import { pushCandidate } from '../../src/ship/candidate.ts';
import { packImage } from '../../src/ship/pack.ts';
import { openBlobStore } from '../../src/ship/store.ts';

/**
 * A process that packs one image and pushes it, and prints how much memory it ever had, in kB.
 *   node pack-and-push.ts IMAGE STORE-FOLDER REPOSITORY
 */
const [imageRef = '', storeFolder = '', repositoryName = ''] = process.argv.slice(2);
const env = processEnvironment();
const engine = await connectEngine({ env });
const store = await openBlobStore(storeFolder);
const image = await engine.images.inspect(imageRef);
if (image === undefined) throw new Error(`the engine has no image ${imageRef}`);
const startKb = peakKb();
const { signal } = new AbortController();
const packed = await packImage({ engine, image, store, signal });
const packedKb = peakKb();
await using repository = openRepository({ repository: repositoryName, env });
await pushCandidate({ repository, packed, store, mountFrom: [] });
console.log(JSON.stringify({ startKb, packedKb, pushedKb: peakKb() }));

function peakKb(): number {
  const status = readFileSync('/proc/self/status', 'utf8');
  return Number(/^VmHWM:\s*(\d+) kB$/mu.exec(status)?.[1]);
}
