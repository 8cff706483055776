import type { LintCommand, LintJob, LintSubject } from '../circleci/lint-subject.ts';
import type { LintFinding } from './lint.ts';

/** The words of a command, without `sudo` before it. */
export function wordsOf({ words }: LintCommand): readonly string[] {
  const texts = words.map(({ text }) => text);
  return texts[0] === 'sudo' ? texts.slice(1) : texts;
}

/** Whether a command is `docker VERB`, also with options between. */
export function isDocker(command: LintCommand, ...verbs: readonly string[]): boolean {
  const [program, ...rest] = wordsOf(command);
  if (program !== 'docker' && program !== 'podman') return false;
  const plain = rest.filter((word) => !word.startsWith('-'));
  const verb = plain[0] === 'image' || plain[0] === 'container' ? plain[1] : plain[0];
  return verb !== undefined && verbs.includes(verb);
}

export function commandsOf(job: LintJob): readonly LintCommand[] {
  return job.steps.flatMap(({ commands }) => commands);
}

/** As it is written, with what led there. */
export function showCommand({ words, via }: LintCommand): string {
  const text = words.map(({ raw }) => raw).join(' ');
  const shown = text.length > 70 ? `${text.slice(0, 67)}...` : text;
  return via === undefined ? `\`${shown}\`` : `\`${shown}\` (of \`${via}\`)`;
}

/** Every command of every job, once, that a test holds for. */
export function findCommands(
  subject: LintSubject,
  test: (command: LintCommand, job: LintJob) => Omit<LintFinding, 'origin'> | undefined,
): readonly LintFinding[] {
  return subject.jobs.flatMap((job) =>
    commandsOf(job).flatMap((command) => {
      const found = test(command, job);
      return found === undefined ? [] : [{ origin: command.origin, ...found }];
    }),
  );
}

/** Whether a command builds an image, or brings one from elsewhere. */
export function makesImage(command: LintCommand): boolean {
  if (isDocker(command, 'build', 'buildx', 'load', 'pull', 'tag', 'import', 'commit', 'bake')) {
    return true;
  }
  return isDocker(command, 'compose') || wordsOf(command)[0] === 'docker-compose';
}

export function buildsImage(command: LintCommand): boolean {
  if (isDocker(command, 'build')) return true;
  return isDocker(command, 'buildx') && wordsOf(command).includes('build');
}

export function pushesImage(command: LintCommand): boolean {
  return isDocker(command, 'push') || (buildsImage(command) && wordsOf(command).includes('--push'));
}
