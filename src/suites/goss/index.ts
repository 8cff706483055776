import type { GossSuite } from '../../config/suite-schema.ts';
import { messageOfDiagnostics } from '../../config/errors.ts';
import { digestOf } from '../../kernel/digest.ts';
import type { Case } from '../../kernel/verdict.ts';
import type { SuiteContext, SuiteKind, SuitePlace } from '../contract.ts';
import { SuiteError } from '../errors.ts';
import { fingerprint } from '../suite-files.ts';
import { join } from 'node:path';
import { askGoss, type GossAnswers } from './ask-goss.ts';
import { openEngineWorld } from './engine-world.ts';
import { isTold, judgeGossfiles, planProperties } from './judge-gossfiles.ts';
import { loadGossfiles } from './load-gossfiles.ts';
import { openScene } from './open-scene.ts';
import { portsOf } from './ports-asked.ts';
import type { Resource } from './resource-kind.ts';

/** Files of goss, unchanged: each property that a resource asks for is a case. */
export const gossSuite: SuiteKind<GossSuite> = Object.freeze({
  kind: 'goss',
  version: '1',
  inputs: gossInputs,
  run: runGoss,
});

/** The files after their templates, which hold every variable that was used; and the user's goss. */
async function gossInputs(
  settings: GossSuite,
  place: SuitePlace,
): Promise<Readonly<Record<string, string>>> {
  const inputs: Record<string, string> = {};
  for (const { rendered } of await loadGossfiles(settings, place)) {
    for (const [path, text] of rendered) inputs[`file:${path}`] = digestOf(text);
  }
  if (settings.binary !== undefined) {
    inputs['binary'] = await fingerprint(join(place.projectFolder, settings.binary));
  }
  return inputs;
}

async function runGoss(settings: GossSuite, context: SuiteContext): Promise<readonly Case[]> {
  const files = await loadGossfiles(settings, context);
  const resources = files.flatMap((file) => file.resources);
  const told = resources.filter(isTold);
  if (settings.binary === undefined) refuseTold(told);
  for (const note of files.flatMap(({ replaced }) => replaced)) {
    context.report.output('goss', `${note}\n`);
  }
  const mustStart = settings.start === 'always' || resources.some(needsService);
  const ports = portsOf(resources);
  await using world = openEngineWorld({ context, mustStart, ports });
  const { binary, timeout: timeoutMs } = settings;
  const { projectFolder, report, signal, concurrency } = context;
  let answers: Promise<GossAnswers> | undefined;
  return await judgeGossfiles(planProperties(files, context.image.ref), {
    scene: await openScene(resources, { world, signal, manager: settings.package }),
    report,
    signal,
    concurrency,
    timeoutMs,
    told: async (planned) => {
      answers ??= askGoss(told, { binary: binary ?? '', projectFolder, world, timeoutMs });
      return (await answers)(planned);
    },
  });
}

function needsService(resource: Resource): boolean {
  const needs = resource.kind.needs(resource);
  return !resource.isSkipped && (needs === 'service' || typeof needs === 'object');
}

/** What nobody could tell would else be missing in silence. */
function refuseTold(resources: readonly Resource[]): void {
  const diagnostics = resources.map((resource) => {
    const needs = resource.kind.needs(resource);
    const why = typeof needs === 'object' ? needs.goss : '';
    const message = `\`${resource.kind.type}: ${resource.id}\` ${why}: only goss itself can tell.`;
    return resource.diagnose({ message });
  });
  if (diagnostics.length === 0) return;
  throw new SuiteError('GOSS_NEEDS_BINARY', messageOfDiagnostics(diagnostics));
}
