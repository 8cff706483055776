import { dockerInspect, dockerLook, inOrder, showEntry } from '../by-hand.ts';
import { imageClasses } from '../image-class.ts';
import { followEntry, type ChainProblem } from '../image/entry-chain.ts';
import { programFoldersOf, userOf } from '../image/programs.ts';
import { argvOf, type Subject } from '../subject.ts';
import type { Check, CheckResult } from '../check.ts';
import type { ImageFacts } from '../image/image-facts.ts';

export const entrypointResolves: Check<'image'> = {
  id: 'entrypoint-resolves',
  title: 'What it starts is there',
  proves:
    'The program that the image starts is in it, with its interpreter and dynamic linker, and its user may execute it.',
  appliesTo: imageClasses,
  severity: 'error',
  group: 'static',
  needs: 'image',

  isPointless: ({ image }) => (argvOf(image).length === 0 ? 'the image has no command' : undefined),

  async run(facts, subject) {
    return judgeEntrypoint(facts, subject);
  },

  byHand: (subject) =>
    inOrder(
      dockerInspect(subject, 'Config.Entrypoint'),
      dockerInspect(subject, 'Config.Cmd'),
      dockerLook(subject, showEntry(subject)),
    ),
};

function judgeEntrypoint(facts: ImageFacts, subject: Subject): CheckResult {
  const { files, problem } = followEntry(facts, subject);
  if (problem === undefined) {
    const [first, ...others] = files.map(({ path }) => path);
    const needs = others.length === 0 ? '' : `, and so is what that needs (${others.join(', ')})`;
    return { verdict: 'pass', message: `Starts \`${first ?? ''}\`, which is there${needs}.` };
  }
  if (problem.is === 'unknown') {
    const reason = `${problem.path} may come with ${problem.mount}, which is mounted`;
    return { verdict: 'skip', message: `Cannot be judged: ${reason}.`, reason };
  }
  return { verdict: 'fail', ...explain(problem, subject) };
}

type Explained = Readonly<Record<'message' | 'fix', string>>;

function explain(problem: Exclude<ChainProblem, { is: 'unknown' }>, subject: Subject): Explained {
  switch (problem.is) {
    case 'not-in-path':
      return {
        message: `\`${problem.name}\` is in no folder of PATH (${programFoldersOf(subject).join(':')}).`,
        fix: `Install \`${problem.name}\`, or name it with its full path.`,
      };
    case 'missing':
      return {
        message: `\`${problem.path}\` is not in the image.`,
        fix: `Copy it to \`${problem.path}\`, or correct ENTRYPOINT and CMD.`,
      };
    case 'folder':
      return {
        message: `\`${problem.path}\` is a folder, which cannot be started.`,
        fix: 'Name the program in it.',
      };
    case 'no-program':
      return {
        message: `\`${problem.path}\` is neither a program nor a script with a \`#!\` line.`,
        fix: 'Begin the script with a line such as `#!/bin/sh`.',
      };
    case 'ends-in-return':
      return {
        message: `The first line of \`${problem.path}\` ends in CR LF, as on Windows: the kernel looks for an interpreter whose name ends in CR.`,
        fix: `Save it with LF, and keep it so with \`*${extensionOf(problem.path)} text eol=lf\` in .gitattributes.`,
      };
    case 'needs-missing':
      return {
        message: `\`${problem.path}\` needs \`${problem.needs}\`, which is not in the image${problem.needs.startsWith('/') ? `; the engine then says that \`${problem.path}\` is not there` : ''}.`,
        fix: /\/ld-/u.test(problem.needs)
          ? 'Build the program static, or for the C library of the base image (glibc or musl).'
          : `Install \`${problem.needs}\`, or begin the script with an interpreter that the image has.`,
      };
    case 'forbidden':
      return explainRefusal(problem, subject);
  }
}

function extensionOf(path: string): string {
  return /\.[a-z]+$/u.exec(path)?.[0] ?? path.slice(path.lastIndexOf('/') + 1);
}

function explainRefusal(
  { path, at }: Extract<ChainProblem, { is: 'forbidden' }>,
  subject: Subject,
): Explained {
  const user = userOf(subject) || 'root';
  const mode = (at.mode & 0o7777).toString(8).padStart(4, '0');
  const owner = `${String(at.uid)}:${String(at.gid)}, mode ${mode}`;
  if (at.type === 'folder') {
    return {
      message: `The user ${user} may not enter \`${at.path}\` (${owner}), and so cannot start \`${path}\`.`,
      fix: `Add \`RUN chmod a+rx ${at.path}\`, or put the program elsewhere.`,
    };
  }
  return {
    message: `The user ${user} may not execute \`${at.path}\` (${owner}).`,
    fix: `Add \`--chmod=755\` to its COPY, or \`RUN chmod a+rx ${at.path}\`.`,
  };
}
