import { readFileSync } from 'node:fs';
import { runSchema } from '../../src/config/schema.ts';
import { structureSuiteSchema } from '../../src/config/suite-schema.ts';
import { connectEngine } from '../../src/engine/connect.ts';
import { openScope } from '../../src/engine/scope.ts';
import { processEnvironment } from '../../src/host/environment.ts';
import { structureSuite } from '../../src/suites/structure/index.ts';

/**
 * A process that judges an image by the files of container-structure-test in a folder, several times, and prints how
 * long each took and how much memory it ever had.
 *   node judge-structure.ts IMAGE FOLDER RUN-ID ROUNDS
 */
const [imageRef = '', projectFolder = '', runId = '', rounds = '1'] = process.argv.slice(2);
const env = processEnvironment();
const engine = await connectEngine({ env });
const record = await engine.images.inspect(imageRef);
if (record === undefined) throw new Error(`the engine has no image ${imageRef}`);
await using scope = await openScope({ engine, runId });
// In a run the watchdog of the scope is awake since the build.
await scope.temporaryFolder('bench');
const settings = structureSuiteSchema.parse('*.yaml');
const timesMs: number[] = [];
let verdicts: readonly string[] = [];
for (let round = 0; round < Number(rounds); round += 1) {
  const startedMs = performance.now();
  const cases = await structureSuite.run(settings, {
    projectFolder,
    env,
    scope,
    image: { name: 'bench', ref: imageRef, record, profile: { run: runSchema.parse({}) } },
    signal: new AbortController().signal,
    concurrency: 2,
    report: {
      caseStarted: () => undefined,
      caseFinished: () => undefined,
      output: () => undefined,
    },
  });
  timesMs.push(performance.now() - startedMs);
  verdicts = cases.map(({ id, verdict, message }) => `${verdict} ${id}: ${message}`);
}
console.log(JSON.stringify({ timesMs, verdicts, peakKb: peakKb() }));

function peakKb(): number {
  const status = readFileSync('/proc/self/status', 'utf8');
  return Number(/^VmHWM:\s*(\d+) kB$/mu.exec(status)?.[1]);
}
