import type { SuiteContext } from '../contract.ts';

/** Tells what services print, as they print it, until it is disposed. */
export interface FollowedLogs extends AsyncDisposable {
  /** For a container that was started. */
  readonly follow: (service: string, containerId: string) => void;
  /** Resolves when a container that has ended has told everything; at once for a service that never ran. */
  whole(service: string): Promise<void>;
}

export function followAll({ scope, report }: SuiteContext): FollowedLogs {
  const over = new AbortController();
  const followed = new Map<string, Promise<void>>();
  return {
    follow: (service, id) => {
      const onText = (text: string): void => report.output(service, text);
      const following = scope.engine.containers.followLogs(id, onText, over.signal);
      // Whoever waits for it hears of a failure; until then nobody does.
      following.catch(() => undefined);
      followed.set(service, following);
    },
    whole: async (service) => await followed.get(service),
    [Symbol.asyncDispose]: async () => {
      over.abort();
      await Promise.allSettled(followed.values());
    },
  };
}
