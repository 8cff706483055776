import type { Complaint } from '../case-book.ts';
import type { FileView } from '../gather-files.ts';
import { renderMode } from '../go-file-mode.ts';
import type { PathFinding, ReadEntry } from '../image-files.ts';
import type { ExistenceTest } from './structure-file.ts';

type There = Extract<PathFinding, { state: 'there' }>;

const fixes = {
  absent: 'Let the image have it, or correct `path`.',
  present: 'Remove it from the image, or correct `path`.',
  mode: 'Set the mode where the file comes from, as with `COPY --chmod`, or correct the test.',
  owner: 'Set the owner where the file comes from, as with `COPY --chown`, or correct the test.',
  unclear: 'Correct `path`, or the links that it goes through.',
} as const;

/** `path` is the expanded one. */
export function judgeExistence(
  test: ExistenceTest,
  path: string,
  about: { readonly view: FileView; readonly isCompat: boolean },
): readonly Complaint[] {
  const finding = asSeen(about.view.found(path), about.isCompat);
  if (finding.state === 'there') {
    if (!test.shouldExist) {
      return [{ message: `${path} is there, and should not be`, fix: fixes.present }];
    }
    return [
      ...complaintsAboutMode(test, path, finding),
      ...complaintsAboutOwner(test, path, about.view.entry(path)),
    ];
  }
  if (finding.state === 'unclear') {
    // To the original, whatever went wrong is an absence.
    if (!test.shouldExist && about.isCompat) return [];
    return [{ message: `${path} cannot be found: ${finding.reason}`, fix: fixes.unclear }];
  }
  return test.shouldExist ? [{ message: `There is no ${path}`, fix: fixes.absent }] : [];
}

/** The original finds files, folders and links alone. */
function asSeen(finding: PathFinding, isCompat: boolean): PathFinding {
  const isSeen =
    !isCompat || finding.state !== 'there' || ['file', 'folder', 'link'].includes(finding.kind);
  return isSeen ? finding : { state: 'absent' };
}

function complaintsAboutMode(
  { permissions, isExecutableBy }: ExistenceTest,
  path: string,
  { stat }: There,
): readonly Complaint[] {
  const complaints: Complaint[] = [];
  const found = renderMode(stat.mode);
  if (permissions !== '' && found !== permissions) {
    complaints.push({
      message: `${path} is \`${found}\`, not \`${permissions}\``,
      fix: fixes.mode,
    });
  }
  if (isExecutableBy !== '' && !isExecutable(stat.mode, isExecutableBy)) {
    const who = EXECUTORS[isExecutableBy] ?? `\`${isExecutableBy}\` cannot`;
    complaints.push({
      message: `${path} is \`${found}\`, which ${who} execute`,
      fix: fixes.mode,
    });
  }
  return complaints;
}

const EXECUTORS: Readonly<Record<string, string>> = {
  owner: 'its owner cannot',
  group: 'its group cannot',
  other: 'others cannot',
  any: 'nobody can',
};

const EXECUTE_BITS: Readonly<Record<string, number>> = {
  owner: 0o100,
  group: 0o010,
  other: 0o001,
  any: 0o111,
};

/** Nobody can whose name is none of these. */
function isExecutable(mode: number, by: string): boolean {
  return (mode & (EXECUTE_BITS[by] ?? 0)) !== 0;
}

function complaintsAboutOwner(
  test: ExistenceTest,
  path: string,
  entry: ReadEntry | undefined,
): readonly Complaint[] {
  return (['uid', 'gid'] as const).flatMap((key) => {
    if (test[key] === -1 || entry?.[key] === test[key]) return [];
    const message = `${path} has the ${key} ${String(entry?.[key] ?? 'unknown')}, not ${test[key]}`;
    return [{ message, fix: fixes.owner }];
  });
}
