import type { NotReady } from './contract.ts';

/** One sentence on why a container is not ready: what was waited for, and what was seen instead. */
export function renderNotReady(result: NotReady): string {
  const seconds = (result.afterMs / 1000).toFixed(1);
  const seen = result.lastSeen === undefined ? '' : `; ${result.lastSeen}`;
  if (result.state === 'timeout') {
    return `not ready after ${seconds} s: waited for ${result.waitedFor}${seen}`;
  }
  const oom = result.isOomKilled ? ', killed for using too much memory' : '';
  const error = result.error === '' ? '' : `: ${result.error}`;
  return `ended with exit code ${String(result.exitCode)}${oom} after ${seconds} s${error}, while it was waited for ${result.waitedFor}`;
}

/** The last log lines and the last health output, for a reader; empty when there are none. */
export function renderEvidence(result: NotReady): string {
  const health = result.lastHealthOutput?.trim() ?? '';
  return [
    ...(health === '' ? [] : ['last health check:', health]),
    ...(result.lastLogLines.length === 0 ? [] : ['last log lines:', ...result.lastLogLines]),
  ].join('\n');
}
