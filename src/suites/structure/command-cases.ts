import { lastLines } from '../last-lines.ts';
import { runByHand } from './by-hand.ts';
import type { CommandEnd, ProgramEnd } from './command-end.ts';
import type { FileCase } from './file-case.ts';
import { faultsOfCommand } from './faults.ts';
import { judgeCommand } from './judge-command.ts';
import { environmentOf } from './judge-metadata.ts';
import type { LoadedFile } from './load-structure-files.ts';
import { planCommand, type CommandPlan } from './plan-command.ts';
import type { CommandTest } from './structure-file.ts';
import type { Judgement } from '../case-book.ts';
import type { StructureTrial } from './world.ts';

export function commandCases(loaded: LoadedFile, trial: StructureTrial): readonly FileCase[] {
  const { parsed: file, runEnv } = loaded;
  const imageEnv = environmentOf(trial.world.config);
  return file.commandTests.map((test) => {
    const plan = planCommand(test, file, { imageEnv, runEnv });
    return {
      title: `Command Test: ${test.name}`,
      lane: 'container',
      faults: faultsOfCommand(test),
      command: runByHand(trial.world.ref, plan, { test, file }),
      judge: () => judge(test, plan, { loaded, trial }),
    };
  });
}

async function judge(
  test: CommandTest,
  plan: CommandPlan,
  { loaded, trial }: { readonly loaded: LoadedFile; readonly trial: StructureTrial },
): Promise<Judgement> {
  const { unset } = loaded.runEnv;
  if (unset.length > 0) {
    // The original hands the engine an empty entry for each, which engines since 17.06 refuse.
    const message = `The container could not be created: ${unset.join(', ')} is not set where Seatrial runs`;
    return { complaints: [{ message, fix: 'Set it, or take it out of `envVars`.' }] };
  }
  const end = await trial.world.commands.run(plan);
  const { isCompat } = trial;
  const unstarted = end.setup.find((each) => each.end.state !== 'ended');
  if (isCompat && loaded.parsed.version === '1.0.0' && unstarted !== undefined) {
    const dropped = `container-structure-test drops a test of schema 1.0.0 whose setup cannot be started`;
    return { dropped: `${dropped}.` };
  }
  return { complaints: judgeCommand(test, plan, { end, isCompat }), evidence: evidenceOf(end) };
}

function evidenceOf({ setup, command }: CommandEnd): string | undefined {
  const last = command ?? setup.at(-1)?.end;
  return last === undefined ? undefined : printedBy(last);
}

function printedBy(end: ProgramEnd): string | undefined {
  if (end.state === 'not-started') return undefined;
  if (end.state === 'timed-out') return lastLines(end.lastLines);
  return [labelled('output', end.stdout), labelled('error output', end.stderr)]
    .filter((part) => part !== '')
    .join('\n');
}

function labelled(name: string, text: string): string {
  return text === '' ? '' : `${name}:\n${lastLines(text)}`;
}
