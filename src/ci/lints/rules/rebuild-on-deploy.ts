import type { LintJob, LintSubject, LintWorkflow } from '../../circleci/lint-subject.ts';
import { buildsImage, commandsOf, pushesImage, showCommand } from '../commands.ts';
import type { Lint, LintFinding } from '../lint.ts';

/** L03: what is shipped is not what was tested. */
export const rebuildOnDeploy: Lint = {
  id: 'L03',
  title: 'rebuild-on-deploy',
  severity: 'warning',
  why: 'The image that is pushed is another one than the image that passed: bases, packages and caches may have changed between.',
  fix: 'Push the tested image by digest to a staging tag, or hand it over with `docker save`, and only tag it here.',
  check: (subject) => subject.workflows.flatMap((workflow) => inWorkflow(workflow, subject)),
};

function inWorkflow({ graph }: LintWorkflow, subject: LintSubject): readonly LintFinding[] {
  const jobs = new Map(subject.jobs.map((job) => [job.name, job]));
  return graph.instances.flatMap((instance): readonly LintFinding[] => {
    const job = jobs.get(instance.name);
    if (job === undefined || !commandsOf(job).some(pushesImage)) return [];
    const build = commandsOf(job).find(buildsImage);
    const earlier = instance.requires
      .map(({ value }) => jobs.get(String(value)))
      .find((each) => each !== undefined && testsImage(each));
    if (build === undefined || earlier === undefined) return [];
    const message = `${showCommand(build)} builds again in \`${job.name}\` what \`${earlier.name}\` has built and tested.`;
    return [{ origin: build.via === undefined ? build.origin : stepOf(job, build), message }];
  });
}

function testsImage(job: LintJob): boolean {
  return commandsOf(job).some(buildsImage) || /test/iu.test(job.name);
}

/** A line of a makefile is right for others; the step that calls it is to be changed. */
function stepOf(
  job: LintJob,
  build: LintJob['steps'][number]['commands'][number],
): LintFinding['origin'] {
  const commands = commandsOf(job);
  const before = commands.slice(0, commands.indexOf(build)).toReversed();
  return before.find(({ via }) => via === undefined)?.origin ?? build.origin;
}
