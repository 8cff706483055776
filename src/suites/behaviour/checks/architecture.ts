import type { TreeFile } from '../../../engine/image-tree.ts';
import { dockerInspect, dockerLook, inOrder, showEntry } from '../by-hand.ts';
import { imageClasses } from '../image-class.ts';
import { followEntry } from '../image/entry-chain.ts';
import { programFoldersOf } from '../image/programs.ts';
import { renderLines } from '../render.ts';
import { argvOf, type Subject } from '../subject.ts';
import type { Check, CheckResult } from '../check.ts';
import type { FileFacts } from '../image/file-facts.ts';
import type { ImageFacts } from '../image/image-facts.ts';

export const architecture: Check<'image'> = {
  id: 'architecture',
  title: 'Programs fit the platform',
  proves: 'The programs of the image are built for the processor that the image says it is for.',
  appliesTo: imageClasses,
  severity: 'error',
  group: 'static',
  needs: 'image',

  isPointless: ({ image }) =>
    image.record.platform.architecture === ''
      ? 'the image does not say which processor it is for'
      : undefined,

  async run(facts, subject) {
    return judgeArchitecture(facts, subject);
  },

  byHand: (subject) =>
    inOrder(dockerInspect(subject, 'Architecture'), dockerLook(subject, showEntry(subject))),
};

/** A processor that also runs programs of another name. */
const ALSO_RUNS: Readonly<Record<string, string>> = { amd64: '386', arm64: 'arm' };

interface Program {
  readonly path: string;
  readonly architecture: string;
}

function judgeArchitecture(facts: ImageFacts, subject: Subject): CheckResult {
  const wanted = subject.image.record.platform.architecture;
  const started = startedBy(facts, subject);
  const others = programsOf(facts, subject);
  if (started.length + others.length === 0) {
    const reason = 'the image starts no program and has none in the folders of PATH';
    return { verdict: 'skip', message: `Nothing to judge: ${reason}.`, reason };
  }
  const isStray = ({ architecture: found }: Program): boolean => found !== wanted;
  const [first] = started.filter(isStray);
  const strays = [...started, ...others].filter(isStray);
  if (strays.length === 0)
    return { verdict: 'pass', message: `Its programs are built for ${wanted}.` };
  const evidence = renderLines(strays.map((each) => `${each.path}: ${each.architecture}`));
  if (first === undefined) {
    return {
      verdict: 'warn',
      message: `Has programs that are not built for ${wanted}, but does not start with one.`,
      fix: `Leave them out, or take those that are built for ${wanted}.`,
      evidence,
    };
  }
  const canRun = first.architecture === ALSO_RUNS[wanted];
  return {
    verdict: canRun ? 'warn' : 'fail',
    message: `Starts \`${first.path}\`, which is built for ${first.architecture}; the image says that it is for ${wanted}.`,
    fix: `Build or fetch the program for ${wanted} (\`ARG TARGETARCH\` has that word), or build the image with \`--platform linux/${first.architecture}\`.`,
    evidence,
  };
}

function startedBy(facts: ImageFacts, subject: Subject): readonly Program[] {
  if (argvOf(subject.image).length === 0) return [];
  return followEntry(facts, subject).files.flatMap(toProgram);
}

/** What lies in the folders of PATH itself. */
function programsOf({ tree }: ImageFacts, subject: Subject): readonly Program[] {
  const folders = programFoldersOf(subject).map((folder) => {
    const place = tree.find(folder);
    return place.found === 'file' ? place.file.path : folder;
  });
  const wanted = new Set(folders);
  return [...tree.files.values()]
    .filter(({ path }) => wanted.has(path.slice(0, path.lastIndexOf('/'))))
    .flatMap(toProgram);
}

function toProgram({ path, facts }: TreeFile<FileFacts>): readonly Program[] {
  return facts?.elf === undefined ? [] : [{ path, architecture: facts.elf.architecture }];
}
