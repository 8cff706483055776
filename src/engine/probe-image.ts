import { busyboxEntries, findStaticBusybox } from './busybox.ts';
import type { Engine } from './contract.ts';
import { parseElf } from './elf.ts';
import { createImageArchive } from './image-archive.ts';
import { digestOf, hexOf } from '../kernel/digest.ts';

/**
 * Id of an image of ours with nothing but busybox, for looking into the namespaces of containers that have no
 * shell. Made once per engine and busybox, and used again. Absent when this machine has no static busybox for the
 * engine's architecture.
 */
export async function ensureProbeImage(engine: Engine): Promise<string | undefined> {
  const { architecture } = engine.info.platform;
  const busybox = await findStaticBusybox();
  if (busybox === undefined || parseElf(busybox)?.architecture !== architecture) return undefined;
  const contents = digestOf(busybox);
  const ref = `seatrial-probe:${hexOf(contents).slice(0, 12)}`;
  const found = await engine.images.inspect(ref);
  if (found !== undefined) return found.id;
  const archive = await createImageArchive({
    layers: [busyboxEntries(busybox)],
    config: { Env: ['PATH=/bin'], Labels: { 'seatrial.probe': contents } },
    architecture,
    ref,
  });
  await engine.images.load(archive.open());
  return (await engine.images.inspect(ref))?.id;
}
