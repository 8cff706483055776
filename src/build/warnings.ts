import type { ContextSnapshot } from './context.ts';
import { placeDockerfile } from './dockerfile-place.ts';
import type { DockerfileSource } from './dockerfile-source.ts';
import { secretArgWarnings } from './secret-args.ts';

/** What is known before a build begins. */
export interface BuildPlan {
  readonly context: ContextSnapshot;
  readonly dockerfile: DockerfileSource;
  readonly args: Readonly<Record<string, string>>;
}

const LARGE_BYTES = 256 * 1024 ** 2;
const MAX_NAMED = 3;
const COPIES_ALL =
  /^[ \t]*(?:COPY|ADD)[ \t]+(?:--\S+[ \t]+)*\[?[ \t]*["']?(?:\.\/?|\/|\*|\.\/\*)["']?[, \t]/imu;

/** One sentence for each thing that works, but is probably not what was meant. */
export function buildWarnings(plan: BuildPlan): readonly string[] {
  return [
    ...secretArgWarnings(plan.args),
    ...sizeWarning(plan.context),
    ...skippedWarning(plan.context),
    ...addedWarning(plan),
  ];
}

function sizeWarning(context: ContextSnapshot): readonly string[] {
  if (context.sizeBytes < LARGE_BYTES) return [];
  const sizes = new Map<string, number>();
  for (const { path, sizeBytes } of context.entries) {
    const top = path.split('/', 1)[0] ?? path;
    sizes.set(top, (sizes.get(top) ?? 0) + sizeBytes);
  }
  const largest = [...sizes].sort(([, a], [, b]) => b - a).slice(0, MAX_NAMED);
  const named = largest.map(([top, sizeBytes]) => `${top} (${mebibytes(sizeBytes)})`).join(', ');
  return [
    `The build context ${context.folder} is large: ${mebibytes(context.sizeBytes)}, most of it in ${named}. What the build does not need belongs into .dockerignore.`,
  ];
}

function mebibytes(sizeBytes: number): string {
  return `${String(Math.round(sizeBytes / 1024 ** 2))} MiB`;
}

function skippedWarning({ skipped }: ContextSnapshot): readonly string[] {
  if (skipped.length === 0) return [];
  const named = skipped.slice(0, MAX_NAMED).join(', ');
  const more = skipped.length > MAX_NAMED ? ` and ${String(skipped.length - MAX_NAMED)} more` : '';
  return [`Left out of the build context, because they are no files: ${named}${more}.`];
}

/** `docker build` hides an excluded Dockerfile from COPY; in a tar it cannot be hidden. */
function addedWarning({ context, dockerfile }: BuildPlan): readonly string[] {
  const { added } = placeDockerfile(context, dockerfile);
  if (added === undefined || !COPIES_ALL.test(added.text)) return [];
  return [
    `The Dockerfile is not in the build context, so it is sent along as ${added.path}; its COPY of everything copies that file too.`,
  ];
}
