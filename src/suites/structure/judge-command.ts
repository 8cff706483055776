import { quote } from '../shell-quote.ts';
import {
  isGoodSetup,
  MOST_OUTPUT_CHARS,
  type CommandEnd,
  type ProgramEnd,
  type SetupEnd,
} from './command-end.ts';
import type { Complaint } from '../case-book.ts';
import { complaintsAboutText } from './complaint.ts';
import type { CommandPlan } from './plan-command.ts';
import type { CommandTest } from './structure-file.ts';

export function judgeCommand(
  test: CommandTest,
  plan: CommandPlan,
  about: { readonly end: CommandEnd; readonly isCompat: boolean },
): readonly Complaint[] {
  const { end, isCompat } = about;
  const failed = end.setup.find((each) => isFailure(each, isCompat));
  if (failed !== undefined) return [complaintAboutSetup(failed, end.setup.indexOf(failed) + 1)];
  if (end.command === undefined) return [];
  if (end.command.state !== 'ended') return [complaintAboutStart(end.command, plan.argv)];
  return complaintsAboutEnd(test, plan, { command: end.command, isCompat });
}

/** The original takes any exit code of a setup for a good one. */
function isFailure(setup: SetupEnd, isCompat: boolean): boolean {
  return isCompat ? setup.end.state !== 'ended' : !isGoodSetup(setup);
}

function complaintAboutSetup({ argv, end, lostPaths }: SetupEnd, number: number): Complaint {
  const command = `\`${argv.map(quote).join(' ')}\``;
  const which = `Command ${number} of the setup`;
  if (end.state !== 'ended') {
    const { message, fix } = complaintAboutStart(end, argv);
    return { message: `${which}: ${message}`, fix };
  }
  if (end.exitCode !== 0) {
    const message = `${which}, ${command}, ended with exit code ${end.exitCode}`;
    return {
      message,
      fix: 'Correct the setup, or end it with `|| true` if this is as it should be.',
    };
  }
  const message = `${which}, ${command}, wrote ${lostPaths.join(', ')}, below a VOLUME of the image, which is lost`;
  const fix = 'Do it in the command itself: `command: sh`, `args: [-c, "<setup> && <command>"]`.';
  return { message, fix };
}

function complaintAboutStart(
  end: Exclude<ProgramEnd, { state: 'ended' }>,
  argv: readonly string[],
): Complaint {
  const [program = ''] = argv;
  if (end.state === 'timed-out') {
    const message = `\`${argv.map(quote).join(' ')}\` did not end within ${end.timeoutMs / 1000} s`;
    const fix = 'Test a service with `state` or a spec file, or raise `suites.structure.timeout`.';
    return { message, fix };
  }
  const message = `\`${program}\` could not be started: ${end.reason}`;
  const fix = /\s/u.test(program)
    ? '`command` is one program and no shell line: put the other words into `args`.'
    : 'Correct `command`, or let the image have the program; start failures have no exit code.';
  return { message, fix };
}

interface EndedCommand {
  readonly command: Extract<ProgramEnd, { state: 'ended' }>;
  readonly isCompat: boolean;
}

/** What a terminal prints has no frames, and the client of the original takes its first bytes for one. */
const FRAME_BYTES = 8;

function complaintsAboutEnd(
  test: CommandTest,
  { tty }: CommandPlan,
  { command, isCompat }: EndedCommand,
): readonly Complaint[] {
  if ([command.stdout, command.stderr].some(({ length }) => length >= MOST_OUTPUT_CHARS)) {
    const message = 'It printed more than 16 MiB, which is too much to search';
    return [{ message, fix: 'Let the command itself look for what matters, with `grep`.' }];
  }
  const isGarbled = isCompat && tty && command.stdout !== '';
  if (isGarbled && Buffer.byteLength(command.stdout) >= FRAME_BYTES) {
    const message = 'container-structure-test cannot read what a terminal prints';
    return [{ message, fix: 'Remove `allocateTty`, or `compat`.' }];
  }
  const stdout = isGarbled ? '' : command.stdout;
  const texts = [
    ['The error output', command.stderr, test.expectedError, test.excludedError],
    ['The output', stdout, test.expectedOutput, test.excludedOutput],
  ] as const;
  return [
    ...texts.flatMap(([subject, text, expected, excluded]) =>
      complaintsAboutText({ subject, text, expected, excluded, isCompat }),
    ),
    ...(command.exitCode === test.exitCode
      ? []
      : [
          {
            message: `The exit code is ${command.exitCode}, not ${test.exitCode}`,
            fix: 'Read what it printed; a test without `exitCode` expects 0.',
          },
        ]),
  ];
}
