import { digestOf, hexOf } from '../kernel/digest.ts';
import { messageOf } from '../kernel/errors.ts';
import {
  normalizePlatform,
  parsePlatform,
  renderPlatform,
  type Platform,
} from '../kernel/platform.ts';
import { EngineError } from './errors.ts';
import { exitProgramFor, PROBE_EXIT_CODE } from './exit-program.ts';
import { createImageArchive } from './image-archive.ts';
import type { Scope } from './scope-contract.ts';

/**
 * `native`: the engine's own. `emulated`: its machine starts programs of it all the same. `impossible`: it does not.
 * `unknown`: there is no program to try it with.
 */
export type PlatformSupport = 'native' | 'emulated' | 'impossible' | 'unknown';

/** Which platforms an engine runs. */
export interface RunnablePlatforms {
  /** Tried once, however many ask. @throws {EngineError} when the engine does not answer */
  supportOf(platform: string): Promise<PlatformSupport>;
}

/**
 * Finds out by really starting a program of the platform: what is registered for it says nothing of whether it works
 * inside a container.
 */
export function createRunnablePlatforms(scope: Scope): RunnablePlatforms {
  const answers = new Map<string, Promise<PlatformSupport>>();
  return {
    supportOf: async (text) => {
      const parsed = parsePlatform(text);
      if (parsed === undefined) return 'unknown';
      const platform = normalizePlatform(parsed);
      const name = renderPlatform(platform);
      const answer = answers.get(name) ?? findSupport(scope, platform);
      answers.set(name, answer);
      return await answer;
    },
  };
}

async function findSupport(scope: Scope, platform: Platform): Promise<PlatformSupport> {
  const own = normalizePlatform(scope.engine.info.platform);
  // Variants of the own architecture are left to the tests: they say best what is missing.
  if (own.os === platform.os && own.architecture === platform.architecture) return 'native';
  const program = exitProgramFor(platform);
  if (program === undefined) return 'unknown';
  return (await endsAsItShould(scope, await ensureProgramImage(scope, platform, program)))
    ? 'emulated'
    : 'impossible';
}

const PROGRAM = '/exit';

/** Made once per engine, and used again, like the image that looks for sockets. */
async function ensureProgramImage(
  { engine }: Scope,
  { architecture, variant }: Platform,
  program: Buffer,
): Promise<string> {
  const contents = digestOf(program);
  const kind = variant === undefined ? architecture : `${architecture}-${variant}`;
  const ref = `seatrial-probe:${kind}-${hexOf(contents).slice(0, 12)}`;
  const found = await engine.images.inspect(ref);
  if (found !== undefined) return found.id;
  const archive = await createImageArchive({
    layers: [[{ path: PROGRAM, contents: program, mode: 0o755 }]],
    config: { Entrypoint: [PROGRAM], Labels: { 'seatrial.probe': contents } },
    architecture,
    variant,
    ref,
  });
  await engine.images.load(archive.open());
  return (await engine.images.inspect(ref))?.id ?? archive.id;
}

async function endsAsItShould(scope: Scope, image: string): Promise<boolean> {
  const { containers } = scope.engine;
  const container = await scope.createContainer({ image, purpose: 'platform', network: 'none' });
  try {
    await containers.start(container);
    return (await containers.wait(container)) === PROBE_EXIT_CODE;
  } catch (error) {
    // Some runtimes start nothing that they cannot run; others start it, and it ends with another code.
    if (error instanceof EngineError && /exec format error/iu.test(messageOf(error))) return false;
    throw error;
  } finally {
    await containers.remove(container);
  }
}
