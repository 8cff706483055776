import { runSchema } from '../../config/schema.ts';
import { connectEngine } from '../../engine/connect.ts';
import { openScope } from '../../engine/scope.ts';
import { processEnvironment } from '../../host/environment.ts';
import { scriptSuite } from '../script/index.ts';
import { specSuite } from '../spec/index.ts';

/**
 * A runner to be killed by a test: `node run-suite-main.ts <script|spec> <project folder> <image> <run id>`. Prints
 * what the suite prints.
 */
const [, , kind, projectFolder = '', ref = '', runId = ''] = process.argv;
const env = processEnvironment();
const engine = await connectEngine({ env });
await using scope = await openScope({ engine, runId });
const record = await engine.images.inspect(ref);
if (record === undefined) throw new Error(`no image ${ref}`);
const suite = kind === 'spec' ? specSuite : scriptSuite;
await suite.run(
  { files: ['test/*'], timeout: 600_000, env: [], parallel: false, allow: [] },
  {
    projectFolder,
    env,
    image: { name: 'under-test', ref, record, profile: { run: runSchema.parse({}) } },
    scope,
    signal: new AbortController().signal,
    concurrency: 1,
    report: {
      caseStarted: () => undefined,
      caseFinished: () => undefined,
      output: (_source, text) => void process.stdout.write(text),
    },
  },
);
