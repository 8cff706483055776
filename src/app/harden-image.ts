import { writeLockFile } from '../config/lock-file.ts';
import { connectEngine } from '../engine/connect.ts';
import { openScope } from '../engine/scope.ts';
import { createRunId } from '../history/run-id.ts';
import {
  asCompose,
  asDockerFlags,
  asKubernetes,
  hardenImage,
  type FoundHardening,
} from '../suites/behaviour/index.ts';
import type { AppHost } from './app-host.ts';
import { CommandError } from './errors.ts';
import { findTarget } from './find-target.ts';
import { imageOnEngine } from './image-on-engine.ts';

export interface HardenRequest {
  /** Name of an image of the project that was built, or a reference of one that the engine has. */
  readonly image: string;
  /** Puts what was found into `seatrial.lock`. */
  readonly isWritten: boolean;
}

export interface HardenedImage extends FoundHardening {
  readonly image: string;
  readonly ref: string;
  /** Path of the lock file, when it was written. */
  readonly lock?: string | undefined;
}

/**
 * Finds the least that an image comes up with.
 * @throws {CommandError} CHECK_IMAGE_UNKNOWN, OPTION_INVALID
 * @throws {BehaviourError} HARDENING_IMPOSSIBLE
 */
export async function hardenReference(
  host: AppHost,
  request: HardenRequest,
): Promise<HardenedImage> {
  const target = await findTarget(host, request.image);
  if (request.isWritten && !target.isOfProject)
    throw new CommandError(
      'OPTION_INVALID',
      `--write is for images of a project, and ${request.image} is none that was built here`,
      {
        hint: 'Run `seatrial build` in the project first, then name the image as it is called there.',
      },
    );
  const engine = await connectEngine({ env: host.env });
  const record = await imageOnEngine(engine, target.ref);
  await using scope = await openScope({
    engine,
    runId: createRunId(host.clock),
    env: host.env,
  });
  const found = await hardenImage({
    image: { ...target, record },
    scope,
    projectFolder: target.projectFolder,
    clock: host.clock,
    signal: host.signal,
    onTry: (what) => host.stderr.write(`trying ${what}\n`),
  });
  const lock = request.isWritten
    ? await writeLockFile(target.projectFolder, target.name, found.hardening)
    : undefined;
  return { image: target.name, ref: target.ref, ...found, lock };
}

/** Text for people, or one JSON object of schema `seatrial.harden/1`. */
export function renderHardened(found: HardenedImage, format: 'text' | 'json'): string {
  const { hardening } = found;
  const forms = {
    docker: asDockerFlags(hardening),
    compose: asCompose(hardening),
    kubernetes: asKubernetes(hardening),
  };
  if (format === 'json')
    return `${JSON.stringify({ schema: 'seatrial.harden/1', ...found, ...forms }, null, 2)}\n`;
  return [
    `${found.image} comes up with (${String(found.starts)} starts):`,
    ...found.refusals.map((refusal) => `  but: ${refusal}`),
    '',
    `docker run ${forms.docker}`,
    '',
    'Compose, in the service:',
    indent(forms.compose),
    'Kubernetes, in the container; `volumes` in the pod:',
    indent(forms.kubernetes),
    ...hiddenFolders(found),
    ...(found.lock === undefined ? [] : [`Written to ${found.lock}`, '']),
  ].join('\n');
}

/** An empty folder of a pod hides what the image has in its place. */
function hiddenFolders({ hardening: { volumes } }: HardenedImage): readonly string[] {
  if (volumes.length === 0) return [];
  return [
    `In a pod an emptyDir hides what the image has in ${volumes.join(', ')}: let an init container copy it.`,
    '',
  ];
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gmu, '  ');
}
