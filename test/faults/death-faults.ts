import type { FaultCase, FaultGroup, TestName } from './fault-case.ts';

const kill = 'test/e2e/kill.e2e.test.ts';
const crash = 'test/e2e/crash.e2e.test.ts';
const events = 'src/history/read-events.test.ts';
const watchdog = 'src/engine/watchdog.engine.test.ts';

/** The moments are rows of one test each: test/e2e/kill-moments.ts. */
const killed = {
  before: { file: kill, test: 'kill -9 of a run > %s > when $when' },
  moving: { file: kill, test: 'kill -9 of a run > when $when: the next one ends right' },
} as const;

/** By the records of the journal, before and after each: those of steps, and those of what is done to a registry. */
const crashed = {
  steps: {
    file: crash,
    test: 'kill -9 before and after each record of the journal > of a run on a real engine, and of its steps',
  },
  effects: {
    file: crash,
    test: 'kill -9 before and after each record of the journal > of what is done to %s',
  },
} as const;

function killedWhile(
  tests: readonly [TestName, ...TestName[]],
  id: string,
  happens: string,
): FaultCase {
  return {
    id,
    happens: `kill -9 ${happens}`,
    required:
      'each tag is at the old or at a tested digest, nothing of ours is left, the next run ends right',
    coveredBy: tests,
  };
}

export const deathFaults: FaultGroup = {
  title: 'Death of processes',
  count: 18,
  cases: [
    killedWhile([crashed.steps], 'P1', 'when the plan is made'),
    killedWhile([killed.before, crashed.steps], 'P2', 'in a build, in a hook and in a RUN step'),
    killedWhile([crashed.steps], 'P3', 'when an image is built and nothing tested'),
    killedWhile([killed.before], 'P4', 'while an image is packed'),
    killedWhile([killed.before], 'P5', 'while layers are uploaded, and before the manifest is'),
    killedWhile([killed.before], 'P6', 'in a script, with a container and a volume of its own'),
    killedWhile(
      [killed.before, crashed.steps],
      'P7',
      'in a check, in every part of the life of its container',
    ),
    {
      id: 'P8',
      happens: 'kill -9 before and after evidence is attached',
      required: 'the same bytes are attached once; no promotion without evidence that was read',
      coveredBy: [
        {
          file: 'src/pipeline/attest.engine.test.ts',
          test: 'a run that dies between signing and attaching attaches the same bytes the next time',
        },
        {
          file: 'src/pipeline/attest.engine.test.ts',
          test: 'a run that dies between evidence and tags, or when the tags have moved, leaves one set of evidence in the end',
        },
        crashed.effects,
      ],
    },
    killedWhile([killed.before, crashed.effects], 'P9', 'before the first tag moves'),
    killedWhile([killed.moving, crashed.effects], 'P10', 'between two tags'),
    killedWhile([crashed.effects], 'P11', 'when the last tag is about to move'),
    killedWhile([crashed.effects], 'P12', 'when all tags have moved and the run has not said so'),
    {
      id: 'P13',
      happens: 'SIGINT once, SIGINT twice',
      required:
        'once: cancels and cleans up, exit code 4; twice: ends at once and the watchdog cleans up',
      coveredBy: [
        { file: kill, test: 'a run that is told to end > by $signal when $when leaves nothing' },
        { file: watchdog, test: 'the watchdog outlives the signals of a terminal' },
      ],
    },
    {
      id: 'P14',
      happens: 'the CI service kills the whole process group',
      required: 'the watchdog, in a session of its own, removes everything within 15 seconds',
      coveredBy: [
        {
          file: watchdog,
          test: 'after kill -9 of the owner the watchdog removes everything within 5 seconds',
        },
        { file: watchdog, test: 'the watchdog outlives the signals of a terminal' },
      ],
    },
    {
      id: 'P15',
      happens: 'the machine restarts',
      required: 'the next start sweeps what belongs to an earlier boot',
      coveredBy: [
        {
          file: 'src/engine/owner.test.ts',
          test: 'an owner of an earlier boot is dead, one elsewhere is unknown',
        },
        {
          file: watchdog,
          test: 'when the watchdog is killed too, the next sweep removes everything',
        },
        {
          file: 'src/ship/store.test.ts',
          test: 'temporary files of dead processes go at the next start, those of live ones stay',
        },
      ],
    },
    {
      id: 'P16',
      happens: 'a run is frozen for longer than its lease, and wakes up',
      required: 'writes no tag',
      coveredBy: [
        {
          file: 'src/ship/lease-frozen.test.ts',
          test: 'a process that was frozen longer than its lease may not write when it wakes up',
        },
        {
          file: 'src/ship/promote.test.ts',
          test: 'another writer > that took the lease over stops us before the next write, and nothing is brought back: LEASE_LOST',
        },
      ],
    },
    {
      id: 'P17',
      happens: 'the last line of a journal is torn, or one in its middle is broken',
      required: 'what came before the tear counts; a broken middle is refused',
      coveredBy: [
        { file: events, test: 'a log torn at any byte gives all events before the tear' },
        { file: events, test: 'zeros that a power cut left at the end are no event' },
        {
          file: events,
          test: 'a line that is broken in the middle is refused with EVENT_LOG_CORRUPT and its place',
        },
      ],
    },
    {
      id: 'P18',
      happens: 'the event loop is blocked for a minute',
      required: 'the lease is kept',
      open: 'signs of life come from the thread that is blocked: the lease is lost and the run stops before its next write, which is safe and no more than that',
    },
  ],
};
