import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { packEntries } from '../../engine/image-archive.ts';
import { EngineError } from '../../engine/errors.ts';
import { messageOf, systemCodeOf } from '../../kernel/errors.ts';
import type { Judgement } from '../case-book.ts';
import { SuiteError } from '../errors.ts';
import { lastLines } from '../last-lines.ts';
import type { PlannedProperty } from './judge-gossfiles.ts';
import type { Resource } from './resource-kind.ts';
import type { ServiceState, World } from './world.ts';

export interface GossRun {
  /** Path of the user's goss, relative to the project. */
  readonly binary: string;
  readonly projectFolder: string;
  readonly world: World;
  readonly timeoutMs: number;
}

/** What goss said: for each property a judgement. */
export type GossAnswers = (planned: PlannedProperty) => Judgement;

/**
 * Puts the user's goss into the running container, and lets it test what only it can tell. It is started by its path: the
 * image needs no shell for it.
 * @throws {SuiteError} GOSS_BINARY_FAILED
 */
export async function askGoss(resources: readonly Resource[], run: GossRun): Promise<GossAnswers> {
  const program = await readProgram(run);
  const state = await run.world.service();
  if (state.state === 'down') return () => judgeDown(state);
  const { service } = state;
  const files = new Map(resources.map((resource, index) => [resource, `r${String(index)}`]));
  const entries = [
    { path: FOLDER, isFolder: true },
    { path: `${FOLDER}/goss`, contents: program, mode: 0o755 },
    ...[...files].map(([resource, name]) => ({
      path: `${FOLDER}/${name}.json`,
      contents: toGossfile(resource),
    })),
  ];
  try {
    await service.put('/', await packEntries(entries));
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw failed(`${run.binary} could not be put into the container: ${messageOf(error)}`, error);
  }
  const answers = new Map<Resource, readonly Result[]>();
  for (const [resource, name] of files) {
    answers.set(resource, await validate(`${FOLDER}/${name}.json`, run));
  }
  return (planned) => toJudgement(planned, answers.get(planned.resource) ?? []);
}

/** Written so that goss finds no template in it: it was rendered already. */
function toGossfile({ kind, id, attributes }: Resource): string {
  return JSON.stringify({ [kind.type]: { [id]: attributes } }).replaceAll(
    '{{',
    String.raw`{\u007b`,
  );
}

/** Beside nothing of the image's. */
const FOLDER = '/.seatrial-goss';

async function readProgram({ binary, projectFolder }: GossRun): Promise<Buffer> {
  try {
    return await readFile(join(projectFolder, binary));
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw error;
    throw failed(`there is no ${binary}, which \`suites.goss.binary\` names`, error);
  }
}

function failed(message: string, cause?: unknown): SuiteError {
  return new SuiteError('GOSS_BINARY_FAILED', message, cause === undefined ? {} : { cause });
}

/** @see https://github.com/goss-org/goss/blob/v0.4.9/resource/validate.go */
const resultSchema = z.object({
  property: z.string(),
  result: z.int(),
  err: z.union([z.string(), z.null(), z.object({})]).optional(),
  'summary-line': z.string().optional(),
  'summary-line-compact': z.string().optional(),
});
type Result = z.infer<typeof resultSchema>;
const outputSchema = z.object({ results: z.array(resultSchema) });

async function validate(
  file: string,
  { world, binary, timeoutMs }: GossRun,
): Promise<readonly Result[]> {
  const state = await world.service();
  if (state.state === 'down') return [];
  const argv = [`${FOLDER}/goss`, '--gossfile', file, 'validate', '--format', 'json', '--no-color'];
  const end = await state.service.run(argv, timeoutMs);
  if ('timeoutMs' in end) {
    throw failed(`${binary} did not end within ${String(timeoutMs / 1000)} s`);
  }
  const parsed = outputSchema.safeParse(toJson(end.stdout));
  if (parsed.success) return parsed.data.results;
  const printed = lastLines(`${end.stderr}${end.stdout}`);
  throw failed(
    `${binary} ended with exit code ${String(end.exitCode)} and gave no results: ${printed}`,
  );
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The schema says that it is no result.
    return undefined;
  }
}

const PASSED = 0;
const SKIPPED = 2;

function toJudgement({ asked, resource }: PlannedProperty, results: readonly Result[]): Judgement {
  const { property } = asked;
  const result = results.find((each) => toKey(each.property) === toKey(property));
  if (result === undefined) {
    const message = `\`${property}\` of ${resource.name} got no result from goss`;
    return { complaints: [{ message, fix: 'Run your goss by hand to see why.' }] };
  }
  if (result.result === PASSED) return { complaints: [] };
  if (result.result === SKIPPED) return { dropped: 'goss skipped it.' };
  const told = result['summary-line-compact'] ?? result['summary-line'] ?? 'failed';
  const message = `goss says: ${told.replaceAll(/\s+/gu, ' ').trim()}`;
  const fix = 'Compare what goss found with what the test asks for, and correct one of them.';
  return { complaints: [{ message, fix }], evidence: result['summary-line'] };
}

/** Goss leaves the dash of some names out. */
function toKey(property: string): string {
  return property.toLowerCase().replaceAll('-', '').replace('resolveable', 'resolvable');
}

function judgeDown(state: Extract<ServiceState, { state: 'down' }>): Judgement {
  const message = `This ${state.problem}`;
  return { complaints: [{ message, fix: state.fix }], evidence: state.evidence };
}
