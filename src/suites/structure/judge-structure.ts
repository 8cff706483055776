import type { Case } from '../../kernel/verdict.ts';
import { createCaseBook } from '../case-book.ts';
import { inTurns } from '../in-turns.ts';
import type { FileLoad } from './load-structure-files.ts';
import { planCases, type PlannedTest } from './plan-cases.ts';
import type { StructureTrial } from './world.ts';

/** One case for each test of each file, in the order of the original. */
export async function judgeStructure(
  loads: readonly FileLoad[],
  trial: StructureTrial,
): Promise<readonly Case[]> {
  const planned = planCases(loads, trial);
  const book = createCaseBook('structure', trial);
  const judgeAll = async (lane: PlannedTest['lane'], atOnce: number): Promise<void> =>
    await inTurns(
      planned.filter((each) => each.lane === lane),
      atOnce,
      (each) => book.conclude(each, each.judge),
    );
  const ends = await Promise.allSettled([
    judgeAll('container', Math.max(1, trial.concurrency)),
    judgeAll('reading', 1),
  ]);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return book.cases(planned);
}
