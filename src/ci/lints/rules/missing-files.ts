import type { LintCommand, LintJob } from '../../circleci/lint-subject.ts';
import { commandsOf, isDocker, makesImage, showCommand, wordsOf } from '../commands.ts';
import type { Lint, LintFinding } from '../lint.ts';

/** L09: a job begins on a machine of its own, where nothing is. */
export const missingFiles: Lint = {
  id: 'L09',
  title: 'missing-checkout',
  severity: 'error',
  why: 'Every job begins on another machine: without `checkout` the files of the repository are not there, and without a build or load the image is not.',
  fix: 'Add `- checkout` as the first step; build the image, or load the one that was tested, before it is pushed.',
  check: ({ jobs }) =>
    jobs.filter((job) => !job.isOpaque).flatMap((job) => [...noCheckout(job), ...noImage(job)]),
};

const BRINGING_STEPS = new Set(['checkout', 'attach_workspace', 'restore_cache']);
const BRINGING_PROGRAMS =
  /^(?:git|curl|wget|tar|unzip|scp|rsync|hub|gh|svn|hg|gsutil|aws|cp|cat|tee|echo|printf|mkdir|touch|cd|pushd)$/u;

function noCheckout({ steps }: LintJob): readonly LintFinding[] {
  for (const step of steps) {
    if (BRINGING_STEPS.has(step.name)) return [];
    for (const command of step.commands) {
      if (command.via !== undefined) continue;
      if (BRINGING_PROGRAMS.test(wordsOf(command)[0] ?? '')) return [];
      if (needsFiles(command)) return [fileFinding(command)];
    }
  }
  return [];
}

/** `make`, a script of the repository, a build of this folder. */
function needsFiles(command: LintCommand): boolean {
  const [program = '', ...rest] = wordsOf(command);
  if (program === 'make') return !rest.includes('-C') && !rest.includes('-f');
  if (/^\.\/[\w./-]+$/u.test(program)) return true;
  return isDocker(command, 'build') && rest.at(-1) === '.';
}

function fileFinding(command: LintCommand): LintFinding {
  return {
    origin: command.origin,
    message: `${showCommand(command)} needs the files of the repository, and the job has not checked them out.`,
    suggestion: 'Add `- checkout` as the first step of the job.',
  };
}

function noImage(job: LintJob): readonly LintFinding[] {
  const commands = commandsOf(job);
  const push = commands.findIndex((command) => isDocker(command, 'push'));
  const found = commands[push];
  if (found === undefined || commands.slice(0, push).some((each) => bringsImage(each))) return [];
  const step = commands.slice(0, push).findLast(({ via }) => via === undefined);
  return [
    {
      origin: found.via === undefined ? found.origin : (step?.origin ?? found.origin),
      message: `${showCommand(found)} pushes an image that this job neither builds nor loads.`,
      suggestion: 'Build it before, or load the one that was tested.',
    },
  ];
}

/** Whatever is called and cannot be looked into may bring it. */
function bringsImage(command: LintCommand): boolean {
  if (makesImage(command)) return true;
  const [program = ''] = wordsOf(command);
  return /^(?:bash|sh|source|\.|python3?|node|npm|yarn|pnpm|mvn|gradle|bazel|rake|eval|xargs|skaffold|packer|kaniko|ko|jib|img|buildah)$|\/|\$/u.test(
    program,
  );
}
