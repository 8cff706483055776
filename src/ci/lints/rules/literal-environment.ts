import {
  entriesOf,
  itemsOf,
  nameOf,
  textOf,
  valueOf,
  type Entry,
  type Node,
} from '../../circleci/tree.ts';
import type { Lint, LintFinding } from '../lint.ts';

/** L06: a variable that is never put in. */
export const literalEnvironment: Lint = {
  id: 'L06',
  title: 'literal-environment',
  severity: 'warning',
  why: 'Since version 2 a value under `environment` is the text as it stands; make and other programs then read it in their own way.',
  fix: 'Set it in a step: `echo \'export NAME="$VALUE"\' >> "$BASH_ENV"`.',
  check: (subject) =>
    subject.jobs.flatMap(({ node, steps }) => [
      ...ofEnvironment(valueOf(node, 'environment')),
      ...ofPath(node, 'working_directory'),
      ...itemsOf(valueOf(node, 'docker')).flatMap((item) =>
        ofEnvironment(valueOf(item, 'environment')),
      ),
      ...steps.flatMap(({ value }) => [
        ...ofEnvironment(valueOf(value, 'environment')),
        ...ofPath(value, 'working_directory'),
      ]),
    ]),
};

const VARIABLE = /(?<!\\)\$(?:\{\w+\}|[A-Za-z_]\w*)/u;

function ofEnvironment(node: Node | undefined): readonly LintFinding[] {
  const maps = node?.kind === 'list' ? node.items : node === undefined ? [] : [node];
  return maps.flatMap((map) => entriesOf(map).flatMap(ofVariable));
}

function ofVariable(entry: Entry): readonly LintFinding[] {
  const text = textOf(entry.value) ?? '';
  const variable = VARIABLE.exec(text)?.[0];
  if (variable === undefined) return [];
  const isOfService = /^\$\{?CIRCLE_/u.test(variable);
  const inMake = isOfService && text === variable && !text.includes('{');
  return [
    {
      origin: entry.value.origin,
      severity: isOfService ? 'error' : 'warning',
      message: inMake
        ? `\`${nameOf(entry)}\` is the text \`${text}\`, not a value; make would read it as \`${text.slice(2)}\`.`
        : `\`${variable}\` is not put in here: \`${nameOf(entry)}\` has the text as it stands.`,
    },
  ];
}

/** CircleCI puts variables into the working directory of a step, and into nothing else of a path. */
function ofPath(node: Node | undefined, key: string): readonly LintFinding[] {
  const value = valueOf(node, key);
  const variable = VARIABLE.exec(textOf(value) ?? '')?.[0];
  if (value === undefined || variable === undefined || /\$\{?HOME\b/u.test(variable)) return [];
  return [
    {
      origin: value.origin,
      severity: 'info',
      message: `\`${variable}\` may not be put into \`${key}\`.`,
      suggestion: 'Write the path out, or change the folder in the command.',
    },
  ];
}
