import type { LintCommand, LintStep } from '../../circleci/lint-subject.ts';
import { textOf, valueOf } from '../../circleci/tree.ts';
import { commandsOf, isDocker, showCommand, wordsOf } from '../commands.ts';
import type { Lint, LintFinding } from '../lint.ts';

/** L01: what was to say no always says yes. */
export const gateCannotFail: Lint = {
  id: 'L01',
  title: 'gate-cannot-fail',
  severity: 'error',
  why: 'A test whose failure is thrown away lets everything through.',
  fix: 'Remove what hides the failure; to go on after a failure, put what follows into a step with `when: always`.',
  check: (subject) =>
    subject.jobs.flatMap((job) => [
      ...hidden(commandsOf(job)),
      ...job.steps.flatMap((step) => afterSetPlusE(step)),
    ]),
};

function hidden(commands: readonly LintCommand[]): readonly LintFinding[] {
  return commands.flatMap((command, index): readonly LintFinding[] => {
    const next = commands.slice(index + 1).find(({ via }) => via === command.via);
    if (command.isCondition) return [];
    const weight = gateOf(command);
    if (weight === undefined) return [];
    const how = command.isIgnored ? '`-` before it' : hiddenBy(command, next);
    if (how === undefined) return [];
    const message = `${showCommand(command)} cannot fail: ${how} throws its exit code away.`;
    return [{ origin: command.origin, message, severity: weight }];
  });
}

/** What is joined to it makes any failure a success. */
function hiddenBy(command: LintCommand, next: LintCommand | undefined): string | undefined {
  if (command.after !== '||' || next === undefined) return undefined;
  const text = wordsOf(next).join(' ');
  return /^(?:\/bin\/|\/usr\/bin\/)?true$|^:$|^exit 0$|^(?:echo|printf)\b/u.test(text) &&
    next.after !== '&&'
    ? `\`|| ${text.slice(0, 30)}\``
    : undefined;
}

const TEST_WORD = /(?:^|[^a-z])(?:tests?|specs?|check|verify|lint|scan|e2e)(?:[^a-z]|$)/u;
const RUNNERS =
  /^(?:make|npm|yarn|pnpm|npx|go|cargo|mvn|gradle|\.\/gradlew|tox|rake|bundle|python3?|php|composer)$/u;
const TESTERS =
  /^(?:pytest|jest|mocha|rspec|phpunit|ctest|bats|goss|dgoss|trivy|grype|hadolint|shellcheck)$/u;

/** Error for what tests; warning for what brings or scans an image; absent for everything else. */
function gateOf(command: LintCommand): 'error' | 'warning' | undefined {
  const [program = '', ...rest] = wordsOf(command);
  if (TESTERS.test(program)) return /^(?:trivy|grype)$/u.test(program) ? 'warning' : 'error';
  const first = rest.find((word) => !word.startsWith('-')) ?? '';
  if (RUNNERS.test(program) && TEST_WORD.test(first === 'run' ? rest.join(' ') : first)) {
    return /scan|check|lint/u.test(first) ? 'warning' : 'error';
  }
  if (/^\.{1,2}\//u.test(program) && TEST_WORD.test(program)) return 'error';
  return isDocker(command, 'load') ? 'warning' : undefined;
}

/** `set +e` and then a test that is not the last command, and nobody looks at `$?`. */
function afterSetPlusE(step: LintStep): readonly LintFinding[] {
  const own = step.commands.filter(({ via }) => via === undefined);
  const off = own.findIndex((command) => wordsOf(command).join(' ') === 'set +e');
  const last = own.at(-1);
  const script = textOf(valueOf(step.value, 'command')) ?? '';
  if (off === -1 || last === undefined || /\$\{?\?|PIPESTATUS|set -e/u.test(script)) return [];
  return own
    .slice(off)
    .filter((command) => command !== last && gateOf(command) === 'error')
    .map((command) => ({
      origin: command.origin,
      message: `${showCommand(command)} cannot fail after \`set +e\`: the step goes on.`,
    }));
}
