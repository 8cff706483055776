import type { FaultGroup } from './fault-case.ts';

const attach = 'src/evidence/attach.test.ts';
const lease = 'src/ship/lease.test.ts';
const project = 'test/e2e/project.e2e.test.ts';
const promote = 'src/ship/promote.test.ts';

export const concurrencyFaults: FaultGroup = {
  title: 'Several at once',
  count: 9,
  cases: [
    {
      id: 'L1',
      happens: 'runs of two commits end in reverse order',
      required: 'latest is on the newer commit',
      coveredBy: [
        {
          file: promote,
          test: 'two pipelines for two commits that finish in reverse order leave latest on the newer commit, 50 of 50',
        },
      ],
    },
    {
      id: 'L2',
      happens: 'two runs of one commit',
      required: 'both end right, with one set of tags',
      coveredBy: [
        {
          file: project,
          test: 'two runs in one folder and two in different folders all end right',
        },
      ],
    },
    {
      id: 'L3',
      happens: 'ten attach evidence to one image where there is no referrers API',
      required: 'all of it is kept',
      coveredBy: [
        {
          file: attach,
          test: 'without the referrers API > 10 attesters at the same time lose none of their 50 attestations',
        },
      ],
    },
    {
      id: 'L4',
      happens: 'a rollback during a promotion',
      required: 'one after the other; the end state is explained',
      coveredBy: [
        {
          file: 'src/ship/promote-by-hand.test.ts',
          test: 'on the registry %s > a rollback during a promotion waits for it, and goes back from where it ended',
        },
      ],
    },
    {
      id: 'L5',
      happens: 'somebody else pushes the tag between our write and the last look',
      required: 'TAG_CONFLICT with both digests',
      coveredBy: [
        {
          file: promote,
          test: 'another writer > between our write and the final read-back is reported with both digests, and not fought',
        },
        {
          file: promote,
          test: 'another writer > whose digest stands where ours should is reported with both digests: TAG_CONFLICT',
        },
        {
          file: 'test/e2e/promote.e2e.test.ts',
          test: 'a docker push of another image between our write and the last read-back is a conflict with both digests',
        },
      ],
    },
    {
      id: 'L6',
      happens: 'the holder of a lease dies',
      required: 'the next one takes it over; the dead one writes no more',
      coveredBy: [
        {
          file: lease,
          test: 'the lease of a process that died is taken over at once',
        },
        {
          file: 'src/ship/lease-frozen.test.ts',
          test: 'the lease of a process that was killed is free at once, however long it would have lived',
        },
        {
          file: lease,
          test: 'whoever stood still for longer than the lifetime may write no more: LEASE_LOST',
        },
      ],
    },
    {
      id: 'L7',
      happens: 'many jobs on one engine',
      required: 'no collision of names, ports or networks; exhausted address pools are told',
      coveredBy: [
        {
          file: 'src/sandbox/labelling-engine.engine.test.ts',
          test: 'fifty containers at the same time get each its own output, and all are labelled',
        },
        {
          file: 'src/engine/scope.engine.test.ts',
          test: 'names say what an object is for, and every object carries all labels',
        },
        {
          file: 'src/engine/connect.test.ts',
          test: 'an engine without a free network says what to do about it',
        },
        {
          file: project,
          test: 'two runs in one folder and two in different folders all end right',
        },
      ],
    },
    {
      id: 'L8',
      happens: 'two processes share the store of packed layers',
      required: 'none removes what the other writes or reads',
      coveredBy: [
        {
          file: 'src/ship/store.test.ts',
          test: 'temporary files of dead processes go at the next start, those of live ones stay',
        },
        {
          file: project,
          test: 'two runs in one folder and two in different folders all end right',
        },
      ],
    },
    {
      id: 'L9',
      happens: 'two processes want to go on with one run, or finish one promotion',
      required:
        'a run belongs to one process; promotions take turns, and the second finds everything done',
      coveredBy: [
        {
          file: 'src/history/event-log.test.ts',
          test: 'a folder that is there already is refused with RUN_EXISTS',
        },
        {
          file: lease,
          test: 'of many who want to write one repository each does alone, and each has a higher token',
        },
        {
          file: promote,
          test: 'a set of images > that cannot be brought back says which tags moved, and the next try finishes',
        },
      ],
    },
  ],
};
