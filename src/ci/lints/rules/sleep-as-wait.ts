import { commandsOf, isDocker, wordsOf } from '../commands.ts';
import type { Lint } from '../lint.ts';

/** L14: too long on a good day, too short on a bad one. */
export const sleepAsWait: Lint = {
  id: 'L14',
  title: 'sleep-as-wait',
  severity: 'warning',
  why: 'A fixed time is too short on a slow machine and lost on a fast one.',
  fix: 'Wait for what is needed: a health check (`docker compose up --wait`), or a port, asked until it answers.',
  check: ({ jobs }) =>
    jobs.flatMap((job) => {
      const commands = commandsOf(job);
      return commands.flatMap((command, index) => {
        const started = commands
          .slice(0, index)
          .findLast((each) => isStart(wordsOf(each), isDocker(each, 'run', 'compose')));
        const [program, time = ''] = wordsOf(command);
        if (program !== 'sleep' || started === undefined || !/^\d/u.test(time)) return [];
        if (isInLoop(commands.slice(0, index).map((each) => each.isCondition))) return [];
        return [
          {
            origin: command.origin,
            message: `\`sleep ${time}\` stands for waiting until a container is ready.`,
          },
        ];
      });
    }),
};

function isStart(words: readonly string[], isDockerCommand: boolean): boolean {
  const isCompose = words[0] === 'docker-compose' || (isDockerCommand && words.includes('compose'));
  const isDetached = words.includes('-d') || words.includes('--detach');
  return isDetached && (isCompose ? words.includes('up') : isDockerCommand);
}

/** Asked again and again, a short sleep between is right. */
function isInLoop(conditions: readonly boolean[]): boolean {
  return conditions.at(-1) === true;
}
