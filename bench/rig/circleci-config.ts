import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A project with a configuration of CircleCI only; the folder is removed at the end. */
export async function withConfig<Result>(
  text: string,
  use: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'seatrial-bench-circleci-'));
  try {
    await mkdir(join(folder, '.circleci'));
    await writeFile(join(folder, '.circleci', 'config.yml'), text);
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A configuration of so many jobs, 11 lines each: a command with an argument, a chain of requirements. */
export function configOf(jobs: number): string {
  const names = Array.from({ length: jobs }, (_, index) => `job-${index}`);
  return [
    'version: 2.1',
    'commands:',
    '  prepare:',
    '    parameters: {tag: {type: string}}',
    '    steps:',
    '      - run: echo << parameters.tag >>',
    'jobs:',
    ...names.flatMap((name) => [
      `  ${name}:`,
      '    docker:',
      '      - image: cimg/base:2024.01',
      '    environment: {NAME: value}',
      '    steps:',
      '      - checkout',
      `      - prepare: {tag: ${name}}`,
      '      - run:',
      '          name: Test',
      `          command: make test-${name}`,
    ]),
    'workflows:',
    '  main:',
    '    jobs:',
    ...names.map((name, index) =>
      index === 0 ? `      - ${name}` : `      - ${name}: {requires: [job-${index - 1}]}`,
    ),
    '',
  ].join('\n');
}
