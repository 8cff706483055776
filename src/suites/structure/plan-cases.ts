import { renderDiagnostics } from '../../config/diagnostics.ts';
import type { Judgement, PlannedCase } from '../case-book.ts';
import { commandCases } from './command-cases.ts';
import type { FileCase } from './file-case.ts';
import { createFileReader } from './file-reader.ts';
import type { FileLoad } from './load-structure-files.ts';
import { readingCases } from './reading-cases.ts';
import type { SchemaVersion } from './file-schema.ts';
import type { StructureTrial } from './world.ts';

/** A test with its place in the suite. */
export interface PlannedTest extends PlannedCase {
  readonly lane: FileCase['lane'];
  readonly judge: () => Promise<Judgement>;
}

/** Every test of every file, and each file that could not be read, in order. */
export function planCases(
  loads: readonly FileLoad[],
  trial: StructureTrial,
): readonly PlannedTest[] {
  const readable = loads.flatMap((load) => (load.ok ? [load.parsed] : []));
  const rule = trial.isCompat ? 'raw' : 'whole';
  const reader = createFileReader(trial.world, readable, rule);
  const idOf = uniqueIds();
  return loads.flatMap((load): readonly PlannedTest[] => {
    if (!load.ok) return [unreadableFile(load, idOf(load.file))];
    const cases = [...commandCases(load, trial), ...readingCases(load.parsed, reader, trial)];
    return cases.map((each) => toPlanned(each, idOf(`${load.file} > ${each.title}`), load.parsed));
  });
}

function unreadableFile(load: Extract<FileLoad, { ok: false }>, id: string): PlannedTest {
  const complaint = { message: `${load.file} cannot be read`, fix: 'Correct the marked lines.' };
  const evidence = renderDiagnostics(load.diagnostics);
  return { id, lane: 'reading', judge: async () => ({ complaints: [complaint], evidence }) };
}

/** A test that the original refuses is a failure in schema 2.0.0, and vanishes in 1.0.0. */
function toPlanned(
  { lane, command, faults, judge }: FileCase,
  id: string,
  { version }: { readonly version: SchemaVersion },
): PlannedTest {
  if (faults.length === 0) return { id, lane, command, judge };
  const clauses = faults.map(({ clause }) => `the test ${clause}`).join(', ');
  const judgement: Judgement =
    version === '1.0.0'
      ? { dropped: `container-structure-test drops it: ${clauses}.` }
      : { complaints: [{ message: clauses, fix: 'Correct the test.' }] };
  return { id, lane: 'reading', judge: async () => judgement };
}

/** A title that comes twice gets a number. */
function uniqueIds(): (id: string) => string {
  const counts = new Map<string, number>();
  return (id) => {
    const count = (counts.get(id) ?? 0) + 1;
    counts.set(id, count);
    return count === 1 ? id : `${id} (${count})`;
  };
}
