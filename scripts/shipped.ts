import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { runEventSchema, type RunEvent } from '../src/kernel/run-events.ts';

/**
 * Says what the newest run of a project shipped and how to run it. Reads the run's events, as every report
 * does.
 *   node scripts/shipped.ts FOLDER
 */
const [folder = '.'] = process.argv.slice(2);
const shipped = (await readNewestRun(join(folder, '.seatrial', 'runs'))).flatMap((event) => {
  if (event.type !== 'step.finished' || event.digest === undefined) return [];
  const ref = event.refs?.[0];
  return ref === undefined
    ? []
    : [{ image: event.step.replace(/^ship:/u, ''), ref, digest: event.digest }];
});

if (shipped.length === 0) {
  console.error(`no image was shipped by the newest run in ${folder}`);
  process.exitCode = 1;
} else {
  console.log('\nShipped:');
  for (const { ref, digest } of shipped) console.log(`  ${ref}\n    ${digest}`);
  const toRun = shipped.find(({ image }) => image === 'dynamodb') ?? shipped.at(-1);
  console.log(`\nRun it:\n  docker run --rm -p 8000:8000 ${toRun?.ref ?? ''}`);
}

async function readNewestRun(runs: string): Promise<readonly RunEvent[]> {
  const logs = (await readdir(runs)).map((id) => join(runs, id, 'events.jsonl'));
  const dated = await Promise.all(
    logs.map(async (path) => ({ path, at: (await stat(path)).mtimeMs })),
  );
  const newest = dated.toSorted((a, b) => b.at - a.at)[0];
  if (newest === undefined) return [];
  const lines = (await readFile(newest.path, 'utf8')).split('\n').filter((line) => line !== '');
  return lines.map((line) => runEventSchema.parse(JSON.parse(line)));
}
