import { z } from 'zod';
import { quote } from '../../shell-quote.ts';
import { foldersOfPath, splitWords } from '../command-line.ts';
import { lookInService } from '../need-service.ts';
import type { Fact, Look, ResourceKind } from '../resource-kind.ts';
import { retrySettings } from '../retry-settings.ts';
import type { GatheredFiles } from '../../gather-files.ts';
import type { RunEnd, Scene } from '../world.ts';

const settingsSchema = z.object({ timeout: z.number().optional() });
const DEFAULT_TIMEOUT_MS = 10_000;

/** A line for `sh`; in an image without one, a plain program with its arguments is run all the same. */
export const command: ResourceKind = {
  type: 'command',
  nameKey: 'exec',
  properties: {
    'exit-status': { isRequired: true },
    stdout: { isText: true },
    stderr: { isText: true },
  },
  settings: { ...settingsSchema.shape, ...retrySettings },
  isGated: false,
  refuses: (name) =>
    name.trim() === ''
      ? { message: 'There is no command here.', suggestion: 'Write one, as in `app --version`.' }
      : undefined,
  needs: () => 'service',
  wishes: ({ name }, env) => ({
    paths: foldersOfPath(env).flatMap((folder) => [
      `${folder}/sh`,
      ...programsIn(name).map((program) => `${folder}/${program}`),
    ]),
  }),
  look: async ({ name, attributes }, scene) =>
    await lookInService(scene, async (service) => {
      const plan = planLine(name, scene);
      if ('fact' in plan) return () => plan.fact;
      const { timeout } = settingsSchema.parse(attributes);
      if ('end' in plan) return toLook(plan.end);
      return toLook(await service.run(plan.argv, timeout || DEFAULT_TIMEOUT_MS));
    }),
  byHand: ({ name }, ref) => {
    const [program = '', ...args] = splitWords(name) ?? [];
    // Without its path it may be a word of the shell's own.
    const argv = program.startsWith('/') ? [program, ref, ...args] : ['sh', ref, '-c', name];
    return `docker run --rm --entrypoint ${argv.map(quote).join(' ')}`;
  },
};

/** Programs that are named without their folder. */
function programsIn(line: string): readonly string[] {
  const [program = '/'] = splitWords(line) ?? [];
  return program.includes('/') ? [] : [program];
}

type LinePlan =
  | { readonly argv: readonly string[] }
  | { readonly end: RunEnd }
  | { readonly fact: Fact };

function planLine(line: string, { files, world }: Scene): LinePlan {
  const folders = foldersOfPath(world.env);
  if (hasProgram('sh', folders, files)) return { argv: ['sh', '-c', line] };
  const words = splitWords(line);
  const [program] = words ?? [];
  if (words === undefined || program === undefined) {
    return {
      fact: {
        problem: 'cannot be told: the image has no `sh`, and the command needs one',
        fix: 'Write the program and its arguments without anything that only a shell understands.',
      },
    };
  }
  if (program.includes('/') || hasProgram(program, folders, files)) return { argv: words };
  // What a shell would say.
  return { end: { exitCode: 127, stdout: '', stderr: `${program}: not found\n` } };
}

function hasProgram(name: string, folders: readonly string[], files: GatheredFiles): boolean {
  return folders.some((folder) => files.found(`${folder}/${name}`).state === 'there');
}

function toLook(end: RunEnd): Look {
  if ('timeoutMs' in end) {
    const problem = `cannot be told: the command did not end within ${String(end.timeoutMs)} ms`;
    return () => ({ problem, fix: 'See what it waits for, or raise `timeout`.' });
  }
  const facts: Readonly<Record<string, Fact>> = {
    'exit-status': {
      value: end.exitCode,
      fix: [end.stderr, end.stdout].some((text) => text.trim() !== '')
        ? `Read what it printed: ${JSON.stringify((end.stderr.trim() || end.stdout.trim()).slice(-300))}.`
        : 'Run the command by hand; it printed nothing.',
    },
    stdout: { value: end.stdout },
    stderr: { value: end.stderr },
  };
  return (property) => facts[property] ?? { value: undefined };
}
