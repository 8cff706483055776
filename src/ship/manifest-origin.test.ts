import { describe, expect, it } from 'vitest';
import { chooseOrigin } from './manifest-origin.ts';

const graph = { product: 'docker', version: '20.10.24', store: 'graph' } as const;
const containerd = { product: 'docker', version: '28.0.0', store: 'containerd' } as const;
const podman = { product: 'podman', version: '4.3.1', store: 'graph' } as const;

describe('where a manifest comes from', () => {
  it.each([
    [graph, {}, 'packed', 'docker 20.10.24 keeps no manifest, so it is made here'],
    [podman, {}, 'packed', 'podman 4.3.1 keeps no manifest, so it is made here'],
    [containerd, {}, 'stored', 'docker 28.0.0 keeps the manifest, and its bytes are shipped'],
    [graph, { through: 'engine' }, 'pushed', 'docker 20.10.24 pushes: ship.through is engine'],
    [containerd, { through: 'engine' }, 'pushed', 'docker 28.0.0 pushes: ship.through is engine'],
  ] as const)('of %o with %o is told with its reason', (...row) => {
    const [engine, ship, origin, why] = row;

    expect(chooseOrigin(engine, ship)).toEqual({ origin, why });
  });
});
