import { dockerLook } from '../by-hand.ts';
import { imageClasses } from '../image-class.ts';
import { followEntry } from '../image/entry-chain.ts';
import { openLibrarySearch, type MissingLibrary } from '../image/libraries.ts';
import { variableOf } from '../image/programs.ts';
import { renderLines } from '../render.ts';
import { quote } from '../../shell-quote.ts';
import { argvOf, otherMountsOf, volumesOf, type Subject } from '../subject.ts';
import type { TreeFile } from '../../../engine/image-tree.ts';
import type { Check, CheckResult } from '../check.ts';
import type { FileFacts } from '../image/file-facts.ts';
import type { ImageFacts } from '../image/image-facts.ts';

export const linksAndLibraries: Check<'image'> = {
  id: 'links-and-libraries',
  title: 'Libraries and links lead somewhere',
  proves:
    'Each library that the program of the image needs is in it, and no link to a program or library leads nowhere.',
  appliesTo: imageClasses,
  severity: 'error',
  group: 'static',
  needs: 'image',

  async run(facts, subject) {
    return judgeLinks(facts, subject);
  },

  byHand: (subject) =>
    dockerLook(
      subject,
      'mkdir by-hand',
      'docker export by-hand | tar -xC by-hand',
      'find by-hand -xtype l',
      `${findProgram(argvOf(subject.image)[0] ?? 'sh')} -exec readelf -d {} + | grep NEEDED`,
      'rm -rf by-hand',
    ),
};

/** Where a name without a path leads, PATH decides: all of that name are shown. */
function findProgram(name: string): string {
  return name.startsWith('/')
    ? `find -L ${quote(`by-hand${name}`)}`
    : `find by-hand -type f -name ${quote(name.slice(name.lastIndexOf('/') + 1))}`;
}

function judgeLinks(facts: ImageFacts, subject: Subject): CheckResult {
  const search = openLibrarySearch(facts.tree, variableOf(subject, 'LD_LIBRARY_PATH'));
  const missingOf = (files: readonly TreeFile<FileFacts>[]): readonly MissingLibrary[] =>
    files.flatMap((file) => search.missingOf(file));
  const started = argvOf(subject.image).length === 0 ? [] : followEntry(facts, subject).files;
  // The dynamic linker is needed by all and needs none.
  const needed = missingOf(started.filter(({ facts: found }) => found?.elf?.interpreter));
  const [absent] = needed.filter(({ elsewhere }) => elsewhere === undefined);
  if (absent !== undefined) {
    return {
      verdict: 'fail',
      message: `\`${absent.by}\` needs the library ${absent.name}, which is nowhere in the image: it cannot start.`,
      fix: `Install the package that ${absent.name} is in, or copy the library with the program.`,
      evidence: renderLines(needed.map(renderMissing)),
    };
  }
  const others = missingOf(addedPrograms(facts)).filter(({ elsewhere }) => elsewhere === undefined);
  const libraries = [...needed, ...others];
  const links = danglingOf(facts, subject);
  const lines = [
    ...new Set([
      ...libraries.map(renderMissing),
      ...links.map(({ path, linkTo = '' }) => `${path} -> ${linkTo}`),
    ]),
  ];
  if (lines.length === 0)
    return {
      verdict: 'pass',
      message: 'What it needs of libraries is there, and no link leads nowhere.',
    };
  return {
    verdict: 'warn',
    message:
      libraries.length > 0
        ? `Programs of the image may not find ${String(libraries.length)} of their libraries.`
        : `${String(links.length)} ${links.length === 1 ? 'link leads' : 'links lead'} nowhere: ${links[0]?.path ?? ''}${links.length > 1 ? ' and others' : ''}.`,
    fix:
      libraries.length > 0
        ? 'Install the libraries, or leave the programs out.'
        : 'Install what the links lead to, or remove them.',
    evidence: renderLines(lines),
  };
}

function renderMissing({ name, by, elsewhere }: MissingLibrary): string {
  return elsewhere === undefined
    ? `${by} needs ${name}`
    : `${by} needs ${name}, which is at ${elsewhere}, where it may not be looked for`;
}

/** What did not come with the distribution, whose packages know what they need. */
function addedPrograms({ tree }: ImageFacts): readonly TreeFile<FileFacts>[] {
  return [...tree.files.values()].filter(
    ({ path, facts }) => /^\/(?:usr\/local|opt)\//u.test(path) && facts?.elf?.interpreter,
  );
}

/** Made when the container starts, or by whoever starts it. */
const AT_RUN_TIME = /^\/(?:proc|sys|dev|run|var\/run|tmp)(?:\/|$)/u;
/**
 * Where slim distributions leave things out on purpose, and links that only an init system follows. Certificates
 * are the matter of `base-files`.
 */
const NOBODY_FOLLOWS =
  /\/security\/cacerts$|\/ssl\/cert\.pem$|^\/usr\/share\/|^\/etc\/(?:alternatives|systemd|rc.\.d)\/|^\/(?:usr\/)?lib\/systemd\/|\/node_modules\/\.bin\/|\/docs?$/u;

function danglingOf({ tree }: ImageFacts, subject: Subject): readonly TreeFile[] {
  const mounts = [...volumesOf(subject), ...otherMountsOf(subject.image.profile)];
  return [...tree.files.values()].filter((file) => {
    if (file.type !== 'symlink' || NOBODY_FOLLOWS.test(file.path)) return false;
    const place = tree.find(file.path);
    if (place.found === 'file') return false;
    return (
      !AT_RUN_TIME.test(place.path) && !mounts.some((mount) => place.path.startsWith(`${mount}/`))
    );
  });
}
