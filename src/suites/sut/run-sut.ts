import type { FileSuite } from '../../config/suite-schema.ts';
import type { SuiteContext } from '../contract.ts';
import type { FileFinding, FileRunner } from '../file-by-file.ts';
import { removeRemains } from '../remains.ts';
import { runnableReference } from '../runnable-reference.ts';
import { quote } from '../shell-quote.ts';
import { judgeImages, judgeSut, judgeTimeout, type ServiceEnd } from './judge-sut.ts';
import { composeFor } from './find-compose.ts';
import { followAll } from './follow-logs.ts';
import { loadSut } from './load-sut.ts';
import { prepareImages } from './prepare-images.ts';
import { runInCompose } from './run-in-compose.ts';
import { runServices, type SutEnd } from './run-services.ts';
import type { ReadySut } from './ready-sut.ts';
import { SUT } from './sut-plan.ts';

/** Runs Compose files. */
export const sutRunner: FileRunner = Object.freeze({
  suite: 'sut',
  findOut,
  byHand: (file: string) => `docker compose -f ${quote(file)} run --rm ${SUT}`,
});

async function findOut(
  file: string,
  settings: FileSuite,
  context: SuiteContext,
): Promise<FileFinding> {
  const loaded = await loadSut(file, context, runnableReference(context.image));
  for (const notice of loaded.plan.notices) context.report.output(file, `notice: ${notice}\n`);
  try {
    const program = await composeFor(loaded, context);
    const prepared = await prepareImages(loaded, context);
    if (!prepared.ok) return judgeImages(prepared.service, prepared.problem);
    const { images, runsTested } = prepared;
    const ready = { loaded, settings, images, runsTested };
    return program === undefined
      ? await runOurselves(ready, context)
      : await runInCompose(ready, program, context);
  } catch (error) {
    if (context.signal.aborted) return CANCELLED;
    throw error;
  }
}

const CANCELLED: FileFinding = {
  verdict: 'lost',
  message: 'Was ended',
  reason: 'The run was cancelled.',
};

async function runOurselves(ready: ReadySut, context: SuiteContext): Promise<FileFinding> {
  const { loaded, settings, images, runsTested } = ready;
  const { plan } = loaded;
  const caseName = `sut ${plan.file}`;
  const limit = AbortSignal.timeout(settings.timeout);
  const signal = AbortSignal.any([context.signal, limit]);
  const containers = new Map<string, string>();
  await using logs = followAll(context);
  try {
    const end = await endOf(
      runServices(
        {
          plan,
          images,
          caseName,
          onCreated: (service, id) => containers.set(service, id),
          onStarted: logs.follow,
        },
        { ...context, signal },
      ),
      limit,
    );
    context.signal.throwIfAborted();
    await logs.whole(SUT);
    const ends = await endsOf(containers, context);
    const around = { settings, ends, runsTested };
    return end === 'timeout' ? judgeTimeout(around) : judgeSut(end, around);
  } finally {
    await removeRemains(context.scope, caseName);
  }
}

async function endOf(running: Promise<SutEnd>, limit: AbortSignal): Promise<SutEnd | 'timeout'> {
  try {
    return await running;
  } catch (error) {
    if (limit.aborted) return 'timeout';
    throw error;
  }
}

const MOST_LINES = 40;

async function endsOf(
  ids: ReadonlyMap<string, string>,
  { scope }: SuiteContext,
): Promise<readonly ServiceEnd[]> {
  const { containers } = scope.engine;
  return await Promise.all(
    [...ids].map(async ([service, id]): Promise<ServiceEnd> => {
      const state = await containers.inspect(id);
      const log = await containers.logs(id, { tail: MOST_LINES });
      const hasEnded = state !== undefined && !state.isRunning && state.finishedAt !== '';
      const isHealthy = state?.health === undefined || state.health.status === 'healthy';
      return {
        service,
        isRunning: state?.isRunning ?? false,
        exitCode: hasEnded ? state.exitCode : undefined,
        complaint: isHealthy ? undefined : state.health?.lastOutput,
        log,
      };
    }),
  );
}
