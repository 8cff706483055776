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
          file: eventLog,
          test: 'on a full disk an intent throws, other events do not, and the owner of the run is told once',
        },
        {
          file: eventLog,
          test: 'an intent that cannot be written throws EVENT_LOG_UNWRITABLE, so that its effect does not happen',
        },
        { file: store, test: 'a write that fails leaves nothing' },
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
          file: stumbles,
          test: 'a registry whose disk is full is asked a few times, and no tag appears',
        },
      ],
    },
    {
      id: 'D4',
      happens: 'a folder becomes read-only, a quota is reached, a sync fails',
      required: 'fatal for that store: nothing is said to be written that may not be',
      open: 'not tested yet',
    },
    {
      id: 'D5',
      happens: 'a layer of many gigabytes',
      required: 'passes through in at most 200 MB',
      open: 'not tested yet',
    },
    {
      id: 'D6',
      happens: 'a test prints a gigabyte',
      required: 'is cut, still masked, and no memory runs out',
      open: 'not tested yet',
    },
    {
      id: 'D7',
      happens: 'no inodes, paths that are too long, temporary folders on another file system',
      required: 'handled, or told with what to do',
      open: 'not tested yet',
    },
  ],
};
