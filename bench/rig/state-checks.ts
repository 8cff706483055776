import { randomBytes } from 'node:crypto';
import { concurrencyOf } from '../../src/app/concurrency.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import type { ImageProfile } from '../../src/config/schema.ts';
import { connectEngine } from '../../src/engine/connect.ts';
import type { Engine, ImageRecord } from '../../src/engine/contract.ts';
import { openScope } from '../../src/engine/scope.ts';
import { processEnvironment } from '../../src/host/environment.ts';
import { checkIds } from '../../src/suites/behaviour/checks/index.ts';
import { judgeImage } from '../../src/suites/behaviour/judge-image.ts';
import { endOfStep, exampleFolder, runAndRead } from './command.ts';

/** The article's tests: their three checks, and the three container starts that these take. */
const articleChecks: readonly string[] = ['answers', 'ephemeral', 'volumes-persist'];

/** The DynamoDB image of the example and its `state:` block. */
export interface DynamodbImage {
  readonly engine: Engine;
  readonly record: ImageRecord;
  readonly profile: ImageProfile;
}

/** Builds the image as a person would: `seatrial build dynamodb` in the folder of the example. */
export async function buildDynamodbImage(): Promise<DynamodbImage> {
  const events = await runAndRead(['build', 'dynamodb'], { folder: exampleFolder });
  const { imageId = '' } = endOfStep(events, 'build:dynamodb');
  const engine = await connectEngine({ env: processEnvironment() });
  const record = await engine.images.inspect(imageId);
  const loaded = await loadConfig({ folder: exampleFolder, env: {}, checkIds });
  const profile = loaded?.config.images['dynamodb'];
  if (record === undefined || profile === undefined)
    throw new Error('the example has no image dynamodb');
  return { engine, record, profile };
}

/** Judges the image in a scope of its own, from the first call to the last object that is removed. */
export async function runStateChecks({ engine, record, profile }: DynamodbImage): Promise<void> {
  const runId = `bench-${randomBytes(4).toString('hex')}`;
  await using scope = await openScope({ engine, runId });
  const { cases } = await judgeImage({
    image: { name: 'dynamodb', ref: 'dynamodb', record, profile },
    settings: { only: [...articleChecks], skip: {}, may_write: [] },
    scope,
    signal: new AbortController().signal,
    concurrency: concurrencyOf(engine),
    projectFolder: exampleFolder,
  });
  const failed = cases.filter(({ verdict }) => verdict !== 'pass');
  if (failed.length > 0 || cases.length !== articleChecks.length)
    throw new Error(`the state checks did not pass: ${JSON.stringify(cases)}`);
}
