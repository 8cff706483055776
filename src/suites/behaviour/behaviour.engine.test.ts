import { randomBytes } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { imageSchema } from '../../config/schema.ts';
import { behaviourSuiteSchema, type BehaviourSuite } from '../../config/suite-schema.ts';
import { findStaticBusybox } from '../../engine/busybox.ts';
import { connectEngine } from '../../engine/connect.ts';
import { openScope } from '../../engine/scope.ts';
import { buildScratchImage } from '../../engine/testing/scratch-image.ts';
import { processEnvironment } from '../../host/environment.ts';
import { isSoak } from '../../host/testing/soak.ts';
import type { Case } from '../../kernel/verdict.ts';
import { checkImage } from './index.ts';
import type { TrialImage } from './testing/trial-image.ts';
import { trialTables } from './testing/trial-tables.ts';

const engine = await connectEngine({ env: processEnvironment() });
const runId = `behaviour-${randomBytes(4).toString('hex')}`;
const scope = await openScope({ engine, runId });
const busybox = await findStaticBusybox();

afterAll(async () => {
  await scope.close();
});

/** One start for each circumstance: `make soak` has the time. */
const LONG = ['services in other circumstances', 'more of those'];

describe.each(trialTables)('%s', (title, table) => {
  it
    .runIf(isSoak || !LONG.includes(title))
    .concurrent.each(table.map((entry) => [entry.is, entry] as const))(
    'judges %s',
    async (_, entry) => {
      const { class: imageClass, cases } = await judge(entry);

      expect(imageClass).toBe(entry.imageClass);
      expect(verdictsOf(cases)).toMatchObject(entry.verdicts);
      expect(cases.flatMap((found) => flawsOf(found, entry))).toEqual([]);
      for (const [id, parts] of Object.entries(entry.says ?? {})) {
        const text = textOf(cases.find((found) => found.id === id));
        for (const part of parts) expect(text).toContain(part);
      }
    },
  );
});

async function judge(entry: TrialImage): ReturnType<typeof checkImage> {
  const { hasBusybox, entrypoint = [], command = [], files } = entry.image;
  const [program] = [...entrypoint, ...command];
  // An image without a file system has the one program that it starts.
  const own =
    hasBusybox === false && program !== undefined && busybox !== undefined
      ? { [program]: busybox }
      : {};
  await using image = await buildScratchImage(engine, {
    ...entry.image,
    files: { ...own, ...files },
  });
  return await checkImage({
    ref: image.ref,
    scope,
    projectFolder: '/',
    profile: profileOf(entry),
    settings: settingsOf(entry),
    signal: new AbortController().signal,
    concurrency: 2,
  });
}

function profileOf(entry: TrialImage): Parameters<typeof checkImage>[0]['profile'] {
  const { ready, run, state } = imageSchema.parse({ ...entry.profile });
  return { ready, run, state };
}

function settingsOf(entry: TrialImage): BehaviourSuite | undefined {
  const settings = behaviourSuiteSchema.parse({ ...entry.settings });
  return settings === false ? undefined : { ...settings, only: settings.only ?? askedOf(entry) };
}

/**
 * A sound image is asked everything. Of one with a planted defect only the checks that the table names, and whether it
 * starts: that no other check speaks up as well is for `make soak`, at three times the containers.
 */
function askedOf({ verdicts }: TrialImage): string[] | undefined {
  const isSound = !Object.values(verdicts).includes('fail');
  return isSoak || isSound ? undefined : [...new Set(['starts', ...Object.keys(verdicts)])];
}

function verdictsOf(cases: readonly Case[]): Readonly<Record<string, string>> {
  return Object.fromEntries(cases.map(({ id, verdict }) => [id, verdict]));
}

function textOf(found: Case | undefined): string {
  return [found?.message, found?.reason, found?.evidence, found?.fix].join('\n');
}

const FINE = ['pass', 'warn', 'skip'];

/** What nobody may find wrong in any case: unexpected failures, and failures without advice. */
function flawsOf(found: Case, entry: TrialImage): readonly string[] {
  const isExpected = entry.verdicts[found.id] !== undefined || FINE.includes(found.verdict);
  const isAdvised = !['fail', 'warn'].includes(found.verdict) || isText(found.fix);
  const isReasoned = found.verdict !== 'skip' || isText(found.reason);
  return [
    ...(isExpected ? [] : [`unexpected ${found.verdict}: ${textOf(found)}`]),
    ...(isAdvised ? [] : ['no fix']),
    ...(isReasoned ? [] : ['no reason']),
    ...(isText(found.message) ? [] : ['no message']),
    ...(found.command?.includes('docker ') === true ? [] : ['no command']),
  ].map((flaw) => `${found.id}: ${flaw}`);
}

function isText(text: string | undefined): boolean {
  return text !== undefined && text.trim() !== '';
}
