import { expect } from 'vitest';
import { RELEASE_TAGS, REPOSITORY } from './crash-project.ts';
import { runUntil, type CrashSite } from './crash-run.ts';

/** What a person does to a repository in which an image is that was tested and shipped. */
export type HandCommand = 'promote' | 'rollback' | 'yank';

const [BUILD_TAG, MOVING_TAG] = RELEASE_TAGS;
/** One that no run of the project moves. */
const HAND_TAG = 'by-hand';

/** Where tags may be that a command moves. */
const TAGS = [MOVING_TAG, HAND_TAG];

export interface HandSite {
  readonly site: CrashSite;
  /** Brings the tags back to the image of before, as somebody else might: the command has its work again. */
  readonly moveBack: () => Promise<void>;
}

/**
 * Ships to the repository of the site, for the command to be tried there.
 * @param program which starts Seatrial
 */
export async function openHandSite(
  shipping: CrashSite,
  { program, command }: { readonly program: string; readonly command: HandCommand },
): Promise<HandSite> {
  const { target } = shipping;
  const shipped = await runUntil(shipping);
  expect(shipped.exitCode, shipped.output).toBe(0);
  const tested = shipped.after[BUILD_TAG] ?? '';
  const image = `${target.registry}/${REPOSITORY}`;
  const argv = {
    promote: [`${image}@${tested}`, '--to', ...TAGS.toReversed()],
    rollback: [`${image}:${MOVING_TAG}`, '--to', tested, '--reason', 'somebody moved it'],
    yank: [`${image}@${tested}`, '--reason', 'loses sessions'],
  };
  const old = await target.repository.manifests.read(target.old);
  if (old === undefined) throw new Error(`the registry has no ${target.old}`);
  const moveBack = async (): Promise<void> => {
    for (const reference of TAGS) await target.repository.manifests.put({ ...old, reference });
  };
  await moveBack();
  return {
    site: {
      ...shipping,
      isTested: true,
      argv: [program, command, ...argv[command]],
      target: { ...target, tags: [...target.tags, HAND_TAG] },
    },
    moveBack,
  };
}
