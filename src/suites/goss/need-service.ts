import type { Fact, Look } from './resource-kind.ts';
import type { Scene, Service } from './world.ts';

/** Looks at the running container; where there is none, every property says so. */
export async function lookInService(
  scene: Scene,
  look: (service: Service) => Promise<Look>,
): Promise<Look> {
  const found = await scene.world.service();
  if (found.state === 'up') return await look(found.service);
  const fact: Fact = { problem: found.problem, fix: found.fix, evidence: found.evidence };
  return () => fact;
}
