import type { Check, CheckResult } from '../check.ts';
import { checks } from '../checks/index.ts';
import { readStill, type StillImage } from './still-image.ts';

/** The checks that need no container. */
export const staticChecks: readonly Check<'image'>[] = checks.filter(isStatic);

function isStatic(check: Check): check is Check<'image'> {
  return check.needs === 'image';
}

/** Judges an image by one check, as the suite would: what has nothing to judge is skipped. */
export async function judgeStill(id: string, image: StillImage): Promise<CheckResult> {
  const check = staticChecks.find((each) => each.id === id);
  if (check === undefined) throw new Error(`${id} is no static check`);
  const { facts, subject } = await readStill(image);
  const reason = check.isPointless?.(subject);
  if (reason !== undefined) return { verdict: 'skip', message: reason, reason };
  return await check.run(facts, subject);
}

/** Everything that a result says. */
export function textOf(result: CheckResult): string {
  const fix = result.verdict === 'pass' ? undefined : result.fix;
  return [result.message, fix, result.evidence].filter((text) => text !== undefined).join('\n');
}
