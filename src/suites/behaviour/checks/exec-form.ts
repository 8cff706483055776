import { dockerInspect, inOrder } from '../by-hand.ts';
import { imageClasses } from '../image-class.ts';
import { isShell } from '../processes.ts';
import { argvOf, type Subject } from '../subject.ts';
import type { Check, CheckResult } from '../check.ts';
import type { ImageFacts } from '../image/image-facts.ts';

export const execForm: Check<'image'> = {
  id: 'exec-form',
  title: 'Starts without a shell in between',
  proves: 'No shell stands between the engine and the program: arguments and signals arrive.',
  appliesTo: imageClasses,
  severity: 'error',
  group: 'static',
  needs: 'image',

  isPointless: ({ image }) => (argvOf(image).length === 0 ? 'the image has no command' : undefined),

  async run(facts, subject) {
    return judgeExecForm(facts, subject);
  },

  byHand: (subject) =>
    inOrder(dockerInspect(subject, 'Config.Entrypoint'), dockerInspect(subject, 'Config.Cmd')),
};

function judgeExecForm(facts: ImageFacts, subject: Subject): CheckResult {
  const { profile, record } = subject.image;
  const entrypoint = profile.run.entrypoint ?? record.config.entrypoint;
  const argv = argvOf(subject.image);
  const lost = lostArguments(entrypoint, argv.slice(entrypoint.length));
  if (lost.length > 0) {
    return {
      verdict: 'fail',
      message: `ENTRYPOINT is in shell form, so that ${lost.map((word) => `\`${word}\``).join(' ')} of CMD never arrives.`,
      fix: `Write ENTRYPOINT in exec form: \`ENTRYPOINT ["program", "argument"]\`; then CMD follows it.`,
      evidence: JSON.stringify(argv),
    };
  }
  const script = scriptOf(argv);
  if (script === undefined) return { verdict: 'pass', message: 'Is started in exec form.' };
  const remains = whyShellRemains(argv[0] ?? '', script, facts);
  if (remains === undefined)
    return { verdict: 'pass', message: 'Is started through a shell that gives way to it.' };
  if (facts.imageClass !== undefined && facts.imageClass !== 'service') {
    const message = `Is started through a shell that stays (${remains}); it is no service, so that nobody will miss a signal.`;
    return { verdict: 'pass', message };
  }
  return {
    verdict: 'warn',
    message: `Is started through a shell that stays as PID 1 (${remains}), and a shell passes no signal on.`,
    fix: 'Write the command in exec form, `CMD ["program", "argument"]`, or put `exec` before the last command of the line.',
    evidence: script,
  };
}

/** What a shell makes of the words after `-c`; absent when no shell is asked to read a line. */
function scriptOf(argv: readonly string[]): string | undefined {
  const [program, flag, script] = argv;
  return isShell(program) && flag !== undefined && /^-[a-z]*c$/u.test(flag) ? script : undefined;
}

/** The shell names them `$0`, `$1`, …: a line that does not ask for them drops them. */
function lostArguments(
  entrypoint: readonly string[],
  command: readonly string[],
): readonly string[] {
  const script = scriptOf(entrypoint);
  if (script === undefined || /\$(?:[@*\d#]|\{[@*\d#])/u.test(script)) return [];
  return command;
}

/** Why the shell does not replace itself by its last command; absent when it does. */
function whyShellRemains(shell: string, script: string, facts: ImageFacts): string | undefined {
  const commands = script.split(/;|&&|\|\||\n|(?<!>)&(?!>)/u).filter((part) => part.trim() !== '');
  const last = commands.at(-1)?.trim() ?? '';
  if (/^(?:\w+=\S*\s+)*exec\s/u.test(last)) return undefined;
  if (commands.length > 1) return 'its line has several commands and no `exec` before the last';
  if (script.includes('|')) return 'its line is a pipe';
  const place = facts.tree.find(shell.includes('/') ? shell : `/bin/${shell}`);
  const isDash = place.found === 'file' && place.file.path.endsWith('/dash');
  // bash and busybox replace themselves for a simple command.
  return isDash ? 'it is dash, which does so without `exec`' : undefined;
}
