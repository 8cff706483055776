import { listByHand, showByHand } from '../files-by-hand.ts';
import { lastLines } from '../last-lines.ts';
import { inspectByHand } from './by-hand.ts';
import { complaintsAboutText } from './complaint.ts';
import { faultsOfFileTest, faultsOfMetadata } from './faults.ts';
import type { FileCase } from './file-case.ts';
import type { FileReader } from './file-reader.ts';
import type { ContentTest } from './file-schema.ts';
import { judgeExistence } from './judge-existence.ts';
import { gatherLicenses, judgeLicense } from './judge-license.ts';
import { environmentOf, judgeMetadata } from './judge-metadata.ts';
import { expandPath } from './plan-command.ts';
import { isAsking, type StructureFile } from './structure-file.ts';
import type { Judgement } from '../case-book.ts';
import type { StructureTrial } from './world.ts';

/** Everything that no container has to run for, in the order of the original. */
export function readingCases(
  file: StructureFile,
  reader: FileReader,
  trial: StructureTrial,
): readonly FileCase[] {
  return [
    ...contentCases(file, reader, trial),
    ...existenceCases(file, reader, trial),
    ...licenseCases(file, reader, trial),
    ...metadataCases(file, trial),
  ];
}

function contentCases(
  file: StructureFile,
  reader: FileReader,
  { world, isCompat }: StructureTrial,
): readonly FileCase[] {
  return file.fileContentTests.map((test) => ({
    title: `File Content Test: ${test.name}`,
    lane: 'reading',
    faults: faultsOfFileTest(test),
    command: showByHand(world.ref, test.path),
    judge: async () => judgeContent(test, (await reader.view(file)).content(test.path), isCompat),
  }));
}

function judgeContent(
  test: ContentTest,
  reading: ReturnType<Awaited<ReturnType<FileReader['view']>>['content']>,
  isCompat: boolean,
): Judgement {
  if (reading.state === 'unread') {
    const message = `${test.path} cannot be read: ${reading.problem}`;
    return { complaints: [{ message, fix: 'Let the image have the file, or correct `path`.' }] };
  }
  const complaints = complaintsAboutText({
    subject: test.path,
    text: reading.text,
    expected: test.expectedContents,
    excluded: test.excludedContents,
    isCompat,
  });
  return { complaints, evidence: lastLines(reading.text) };
}

function existenceCases(
  file: StructureFile,
  reader: FileReader,
  { world, isCompat }: StructureTrial,
): readonly FileCase[] {
  const env = environmentOf(world.config);
  return file.fileExistenceTests.map((test) => {
    const path = expandPath(test.path, file, env);
    // Schema 1.0.0 makes the message about a missing path, and forgets to use it.
    const faults = faultsOfFileTest(test).filter(
      (fault) => file.version !== '1.0.0' || fault.path[0] !== 'path',
    );
    return {
      title: `File Existence Test: ${test.name}`,
      lane: 'reading',
      faults,
      command: listByHand(world.ref, path),
      judge: async () => ({
        complaints: judgeExistence(test, path, { view: await reader.view(file), isCompat }),
      }),
    };
  });
}

function licenseCases(
  file: StructureFile,
  reader: FileReader,
  { isCompat }: StructureTrial,
): readonly FileCase[] {
  return file.licenseTests.map((test) => ({
    title: 'License Test',
    lane: 'reading',
    faults: [],
    judge: async () => {
      const texts = await gatherLicenses(await reader.files(file), test, reader.rule);
      return { complaints: judgeLicense(test, texts, isCompat) };
    },
  }));
}

function metadataCases(
  { metadataTest: test }: StructureFile,
  { world, isCompat }: StructureTrial,
): readonly FileCase[] {
  if (test === undefined || !isAsking(test)) return [];
  return [
    {
      title: 'Metadata Test',
      lane: 'reading',
      faults: faultsOfMetadata(test),
      command: inspectByHand(world.ref),
      judge: async () => ({ complaints: judgeMetadata(test, world.config, isCompat) }),
    },
  ];
}
