import type { EngineInfo } from '../engine/contract.ts';
import type { ManifestOrigin } from './packed-image.ts';

export interface OriginChoice {
  readonly origin: ManifestOrigin;
  /** One clause, for people. */
  readonly why: string;
}

/** Where the manifest of an image comes from: what the configuration says, else what the engine can. */
export function chooseOrigin(
  { product, version, store }: Pick<EngineInfo, 'product' | 'version' | 'store'>,
  { through }: { readonly through?: 'engine' | undefined },
): OriginChoice {
  const engine = `${product} ${version}`;
  if (through === 'engine')
    return { origin: 'pushed', why: `${engine} pushes: ship.through is engine` };
  if (store === 'containerd')
    return { origin: 'stored', why: `${engine} keeps the manifest, and its bytes are shipped` };
  return { origin: 'packed', why: `${engine} keeps no manifest, so it is made here` };
}
