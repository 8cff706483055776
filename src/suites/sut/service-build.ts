import { relative } from 'node:path';
import { buildKey } from '../../build/build-key.ts';
import { digestContext, type ContextDigest } from '../../build/context-digest.ts';
import { scanContext, type ContextSnapshot } from '../../build/context.ts';
import { loadDockerfile, type DockerfileSource } from '../../build/dockerfile-source.ts';
import { openFileDigests, type FileDigests } from '../../build/file-digests.ts';
import { withoutState } from '../../build/without-state.ts';
import { createContextFilter } from '../../dockerfile/ignore.ts';
import { parseDockerfile } from '../../dockerfile/parse.ts';
import { pinBases } from '../../dockerfile/pin-bases.ts';
import { resolveDockerfile } from '../../dockerfile/resolve.ts';
import type { ContentKey } from '../../kernel/content-key.ts';
import { renderPlatform, type Platform } from '../../kernel/platform.ts';
import type { SuitePlace } from '../contract.ts';
import type { ServiceBuild } from './sut-plan.ts';

/** All that a service's image is built from. */
export interface ReadBuild {
  readonly key: ContentKey;
  readonly context: ContextSnapshot;
  readonly digest: ContextDigest;
  readonly dockerfile: DockerfileSource;
  /** Whether the image under test is part of it. */
  readonly usesTested: boolean;
}

export interface BuildSurroundings {
  readonly place: SuitePlace;
  readonly platform: Platform;
  /** What the engine has for a reference of a Dockerfile: the image under test, and what this file built before. */
  readonly localImage: (reference: string) => LocalImage | undefined;
}

export interface LocalImage {
  /** For FROM. */
  readonly reference: string;
  /** What it is, for the content key. */
  readonly identity: string;
  readonly isTested: boolean;
}

/**
 * Reads context and Dockerfile. References to images that are here already are pinned to them: BuildKit would
 * otherwise pull what a registry has under that name, such as the last release of the image under test.
 * @throws {BuildError} when they cannot be read
 */
export async function readServiceBuild(
  build: ServiceBuild,
  { place, platform, localImage }: BuildSurroundings,
): Promise<ReadBuild> {
  const { contextFolder, dockerfilePath, args, target } = build;
  const shownAs = relative(place.projectFolder, dockerfilePath);
  const source = await loadDockerfile(dockerfilePath, shownAs);
  const filter = withoutState(await createContextFilter(contextFolder, dockerfilePath));
  const context = await scanContext(contextFolder, filter);
  const digest = await digestContext(context, await fileDigestsOf(place));
  const parsed = parseDockerfile(source.text, shownAs);
  const resolved = resolveDockerfile({ parsed, args, target, platform });
  const pins = resolved.uses.flatMap(({ range, reference }) => {
    const local = localImage(reference);
    return local === undefined ? [] : [{ range, written: reference, ...local }];
  });
  return {
    key: buildKey({
      dockerfileCanonical: resolved.canonical,
      context: digest,
      args,
      target,
      platform: renderPlatform(platform),
      parents: Object.fromEntries(pins.map(({ written, identity }) => [written, identity])),
      labels: {},
    }),
    context,
    digest,
    dockerfile: pins.length === 0 ? source : { ...source, pinnedText: pinBases(source.text, pins) },
    usesTested: pins.some(({ isTested }) => isTested),
  };
}

export async function fileDigestsOf({
  fileDigests,
  projectFolder,
}: SuitePlace): Promise<FileDigests> {
  return fileDigests ?? (await openFileDigests({ projectFolder }));
}
