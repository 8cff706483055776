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
      open: 'rollback is being built',
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
      ],
    },
    {
      id: 'L6',
      happens: 'the holder of a lease dies',
      required: 'the next one takes it over; the dead one writes no more',
      coveredBy: [
        { file: lease, test: 'the lease of a process that died is taken over at once' },
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
      open: 'not tested yet',
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
      happens: 'one run is resumed twice at the same time',
      required: 'only one goes on',
      open: 'resume is being built',
    },
  ],
};
