import type { Engine } from '../../engine/contract.ts';
import type { Subject } from './subject.ts';

/**
 * The engine, but with the log of one container from now on. Engines keep one log for all starts of a
 * container: without this, the line that told of the first start would tell of the second at once.
 */
export async function withLogFrom(
  engine: Engine,
  containerId: string,
  { image }: Subject,
): Promise<Engine> {
  if (image.profile.ready?.log === undefined) return engine;
  const earlier = await engine.containers.logs(containerId);
  if (earlier === '') return engine;
  return {
    ...engine,
    containers: {
      ...engine.containers,
      followLogs: (id, onText, signal) => {
        let left = id === containerId ? earlier.length : 0;
        const onLaterText = (text: string): void => {
          const later = text.slice(left);
          left = Math.max(0, left - text.length);
          if (later !== '') onText(later);
        };
        return engine.containers.followLogs(id, onLaterText, signal);
      },
    },
  };
}
