import type { FaultGroup } from './fault-case.ts';

const eventLog = 'src/history/event-log.test.ts';
const store = 'src/ship/store.test.ts';
const stumbles = 'src/registry/client/stumbles.test.ts';

export const diskFaults: FaultGroup = {
  title: 'Disk and memory',
  count: 7,
  cases: [
    {
      id: 'D1',
      happens: 'the disk is full while packing, in the journal, for a report',
      required: 'the step fails, drafts go, the journal can be read, no tag moves',
      coveredBy: [
        {
          file: 'src/ship/disk.engine.test.ts',
          test: 'a full disk fails the write, leaves no draft and no blob that is half there',
        },
        {
          file: 'src/history/disk.engine.test.ts',
          test: 'a journal on a full disk refuses an effect, and what it holds can be read',
        },
        {
          file: eventLog,
          test: 'an intent that cannot be written throws EVENT_LOG_UNWRITABLE, so that its effect does not happen',
        },
        {
          file: 'src/report/open-reports.test.ts',
          test: 'a report that fails hinders no other and is named at the end: REPORT_UNWRITABLE',
        },
      ],
    },
    {
      id: 'D2',
      happens: 'the disk of the engine is full',
      required: 'the environment is blamed, not the image; no loop',
      coveredBy: [
        {
          file: 'src/pipeline/engine-death.engine.test.ts',
          test: 'an engine whose disk is full: the environment is blamed, and once is enough',
        },
        {
          file: 'src/build/build-failures.engine.test.ts',
          test: 'a full disk is the environment, not the image',
        },
        {
          file: 'src/engine/connect.test.ts',
          test: 'a full disk is told from every other failure with status %i: ENGINE_DISK_FULL',
        },
      ],
    },
    {
      id: 'D3',
      happens: 'the disk of the registry is full',
      required: 'a few attempts, its own words, no tag',
      coveredBy: [
        {
          file: 'src/registry/embedded/disk.engine.test.ts',
          test: 'a registry whose disk is full says so, keeps nothing of it, and goes on',
        },
        {
          file: stumbles,
          test: 'a registry whose disk is full is asked a few times, and no tag appears',
        },
      ],
    },
    {
      id: 'D4',
      happens:
        'a folder becomes read-only; every other error of writing or syncing takes the same way',
      required: 'fatal for that store: nothing is said to be written that may not be',
      coveredBy: [
        {
          file: 'src/ship/disk.engine.test.ts',
          test: 'a disk that became read-only fails the write, and what is there can still be read',
        },
        {
          file: 'src/history/disk.engine.test.ts',
          test: 'a run on a read-only disk does not begin: EVENT_LOG_UNWRITABLE',
        },
        {
          file: 'src/registry/embedded/disk.engine.test.ts',
          test: 'a registry on a read-only disk is REGISTRY_FOLDER_UNUSABLE',
        },
        { file: store, test: 'a write that fails leaves nothing' },
      ],
    },
    {
      id: 'D5',
      happens: 'a layer of many gigabytes',
      required: 'passes through in at most 200 MB',
      coveredBy: [
        {
          file: 'src/ship/pack-hostile.engine.test.ts',
          test: 'a layer of half a gigabyte passes through in little memory',
        },
        {
          file: 'src/build/context-tar.test.ts',
          test: 'a gigabyte of context needs a few megabytes of memory',
        },
      ],
    },
    {
      id: 'D6',
      happens: 'a test prints a gigabyte',
      required: 'is cut, still masked, and no memory runs out',
      coveredBy: [
        {
          file: 'src/pipeline/output-limit.test.ts',
          test: 'of a hundred megabytes the first and the last lines come out, with the number of what is missing',
        },
        {
          file: 'src/pipeline/output-limit.test.ts',
          test: 'a secret on a line is masked wherever the flood is cut',
        },
        {
          file: 'src/pipeline/run.engine.test.ts',
          test: 'a script that prints without measure fills no journal, and its verdict is its exit code',
        },
        {
          file: 'src/host/process.test.ts',
          test: 'of much output the last bytes are kept, and the program is not disturbed',
        },
      ],
    },
    {
      id: 'D7',
      happens: 'no inodes, paths that are too long, temporary folders on another file system',
      required: 'handled, or told with what to do',
      coveredBy: [
        {
          file: 'src/ship/disk.engine.test.ts',
          test: 'a disk without inodes is told like a full one',
        },
        {
          file: 'src/ship/disk.engine.test.ts',
          test: 'a path that is too long is told with its cause',
        },
        {
          file: 'src/ship/disk.engine.test.ts',
          test: 'a store on another file system than the temporary folder works: drafts are neighbours',
        },
      ],
    },
  ],
};
