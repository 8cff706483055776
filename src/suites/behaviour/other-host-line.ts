import type { Circumstances } from './circumstances.ts';
import type { Lines } from './lines.ts';
import type { OtherHostRun, ReadyRun } from './runs.ts';
import { startIn } from './variant-line.ts';

const NO_IPV6 = 'net.ipv6.conf.all.disable_ipv6';

/**
 * Hosts have IPv6 or not, whatever the engine here gives to a container. The name begins with a digit and is nearly
 * as long as a name may be.
 * @see https://www.rfc-editor.org/rfc/rfc1123#page-13
 * @see https://docs.kernel.org/networking/ip-sysctl.html
 */
export const otherHosts: readonly {
  readonly how: string;
  readonly circumstances: Circumstances;
}[] = [
  {
    how: 'without IPv6 and under a long host name',
    circumstances: {
      hostname: `0-${'seatrial-'.repeat(5)}the-container`,
      sysctls: { [NO_IPV6]: '1' },
    },
  },
  { how: 'with IPv6', circumstances: { sysctls: { [NO_IPV6]: '0' } } },
];

export async function runOtherHostLine(lines: Lines, first: ReadyRun): Promise<void> {
  const { trial, ledger } = lines;
  ledger.begin('other-host');
  const firstStartMs = first.outcome.durationMs;
  const tries: OtherHostRun['tries'][number][] = [];
  for (const { how, circumstances } of otherHosts) {
    const outcome = await startIn(
      lines,
      { purpose: 'other-host', circumstances, firstStartMs },
      async (come) => await Promise.resolve(come),
    );
    tries.push({ how, run: { circumstances, outcome, first } });
  }
  const { isRootless, hasUserNamespaces } = trial.scope.engine.info;
  await ledger.judge('other-host', { tries, engine: { isRootless, hasUserNamespaces } });
}
