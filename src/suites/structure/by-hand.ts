import { quote } from '../shell-quote.ts';
import type { CommandPlan } from './plan-command.ts';
import type { CommandTest, StructureFile } from './structure-file.ts';

/** The command of a test, without its setup. Values that come from outside are left to the reader's shell. */
export function runByHand(
  ref: string,
  plan: CommandPlan,
  about: { readonly test: CommandTest; readonly file: StructureFile },
): string {
  const { runOptions } = about.file;
  const literals = runOptions === undefined ? about.test.envVars : [];
  const [program = '', ...args] = plan.argv;
  return [
    'docker run --rm',
    ...(plan.tty ? ['-t'] : []),
    ...(plan.user === '' ? [] : [`-u ${quote(plan.user)}`]),
    ...(plan.host.privileged ? ['--privileged'] : []),
    ...plan.host.capabilities.map((name) => `--cap-add ${quote(name)}`),
    ...plan.host.bindMounts.map((bind) => `-v ${quote(bind)}`),
    ...(runOptions?.envFile ? [`--env-file ${quote(runOptions.envFile)}`] : []),
    ...(runOptions?.envVars ?? []).map((name) => `-e ${quote(name)}`),
    ...literals.map(({ key, value }) => `-e ${quote(`${key}=${value}`)}`),
    `--entrypoint ${quote(program)}`,
    quote(ref),
    ...args.map(quote),
  ].join(' ');
}

export function inspectByHand(ref: string): string {
  return `docker image inspect --format '{{json .Config}}' ${quote(ref)}`;
}
