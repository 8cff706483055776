import { parentsOf, type TreeFile } from '../../../engine/image-tree.ts';
import { argvOf, otherMountsOf, volumesOf, type Subject } from '../subject.ts';
import { EXECUTE, identify, mayDo, READ, readAccounts, type Identity } from './accounts.ts';
import type { FileFacts, Script } from './file-facts.ts';
import type { ImageFacts } from './image-facts.ts';
import { locate, programFoldersOf, userOf } from './programs.ts';

/** Why the kernel or the engine refuses to start what the image names. */
export type ChainProblem =
  | { readonly is: 'not-in-path'; readonly name: string }
  | { readonly is: 'missing' | 'folder' | 'no-program' | 'ends-in-return'; readonly path: string }
  /** `path` is there, but may not be executed, read or reached by the user. */
  | { readonly is: 'forbidden'; readonly path: string; readonly at: TreeFile }
  /** `path` names `needs`, an interpreter or dynamic linker that is not there. */
  | { readonly is: 'needs-missing'; readonly path: string; readonly needs: string }
  /** What a volume or mount holds is known only at run time. */
  | { readonly is: 'unknown'; readonly path: string; readonly mount: string };

/** The files that take part in starting the image, first what it names: script, interpreter, dynamic linker. */
export interface EntryChain {
  readonly files: readonly TreeFile<FileFacts>[];
  /** Absent when the chain holds. */
  readonly problem?: ChainProblem | undefined;
}

type Facts = Pick<ImageFacts, 'tree'>;

interface Walk {
  readonly facts: Facts;
  readonly subject: Subject;
  readonly identity: Identity;
  readonly files: readonly TreeFile<FileFacts>[];
}

/** Follows what the image starts as the kernel would. The image must have a command. */
export function followEntry(facts: Facts, subject: Subject): EntryChain {
  const [name = ''] = argvOf(subject.image);
  const identity = identify(userOf(subject), readAccounts(facts.tree));
  const walk: Walk = { facts, subject, identity, files: [] };
  const located = locate(name, facts, subject);
  if (located.found === 'program') return visit(walk, located.path);
  return located.path === undefined
    ? { files: [], problem: notInPath(walk, name) ?? { is: 'not-in-path', name } }
    : visit(walk, located.path);
}

/** A script whose interpreter is a script, and so on. @see https://man7.org/linux/man-pages/man2/execve.2.html */
const MOST_SCRIPTS = 4;

function visit(walk: Walk, path: string): EntryChain {
  const place = walk.facts.tree.find(path);
  if (place.found !== 'file')
    return { files: walk.files, problem: missing(walk, path, place.path) };
  const { file } = place;
  if (file.type === 'folder') return { files: walk.files, problem: { is: 'folder', path } };
  const files = [...walk.files, file];
  const refusal = refusalOf(walk, path, file);
  if (refusal !== undefined) return { files, problem: refusal };
  const { elf, script } = file.facts ?? {};
  if (elf !== undefined) return withLoader({ ...walk, files }, path, elf.interpreter);
  if (script !== undefined) return withInterpreter({ ...walk, files }, path, script);
  return { files, problem: { is: 'no-program', path } };
}

/**
 * Mounts bring files that the image does not have.
 * @param target what is missing, after the links on the way to `path`
 */
function missing({ subject }: Walk, path: string, target: string): ChainProblem {
  const mount = mountOver(subject, [path, target]);
  return mount === undefined ? { is: 'missing', path } : { is: 'unknown', path, mount };
}

/** A program that a mounted folder of PATH may bring; absent when nothing is mounted there. */
function notInPath({ subject }: Walk, name: string): ChainProblem | undefined {
  const mount = mountOver(subject, programFoldersOf(subject));
  return mount === undefined ? undefined : { is: 'unknown', path: name, mount };
}

function mountOver(subject: Subject, paths: readonly string[]): string | undefined {
  const mounts = [...volumesOf(subject), ...otherMountsOf(subject.image.profile)];
  return mounts.find((each) => paths.some((path) => path === each || path.startsWith(`${each}/`)));
}

function refusalOf(
  { facts, identity }: Walk,
  path: string,
  file: TreeFile<FileFacts>,
): ChainProblem | undefined {
  if ('unknown' in identity) return undefined;
  const folders = parentsOf(file.path).flatMap((folder) => facts.tree.files.get(folder) ?? []);
  const closed = folders.find((each) => each.type === 'folder' && !mayDo(identity, each, EXECUTE));
  if (closed !== undefined) return { is: 'forbidden', path, at: closed };
  const bits = file.facts?.script === undefined ? EXECUTE : EXECUTE | READ;
  return mayDo(identity, file, bits) ? undefined : { is: 'forbidden', path, at: file };
}

function withLoader(walk: Walk, path: string, loader: string | undefined): EntryChain {
  if (loader === undefined || loader === '') return { files: walk.files };
  const file = walk.facts.tree.fileAt(loader);
  if (file !== undefined) return { files: [...walk.files, file] };
  return { files: walk.files, problem: needed(walk, path, loader) };
}

function withInterpreter(walk: Walk, path: string, script: Script): EntryChain {
  const { interpreter, argument, endsInReturn } = script;
  if (endsInReturn) return { files: walk.files, problem: { is: 'ends-in-return', path } };
  if (walk.facts.tree.fileAt(interpreter) === undefined)
    return { files: walk.files, problem: needed(walk, path, interpreter) };
  const scripts = walk.files.filter((file) => file.facts?.script !== undefined);
  if (scripts.length > MOST_SCRIPTS)
    return { files: walk.files, problem: { is: 'no-program', path } };
  const chain = visit(walk, interpreter);
  const name = interpreter.endsWith('/env') ? programOfEnv(argument) : undefined;
  if (chain.problem !== undefined || name === undefined) return chain;
  const located = locate(name, walk.facts, walk.subject);
  if (located.found === 'not-in-path')
    return {
      ...chain,
      problem: notInPath(walk, name) ?? { is: 'needs-missing', path, needs: name },
    };
  return visit({ ...walk, files: chain.files }, located.path);
}

/** What `env` is asked to run; absent when its flags leave that open. */
function programOfEnv(argument: string): string | undefined {
  const words = argument.split(/\s+/u).filter((word) => word !== '-S' && !word.includes('='));
  const [first] = words;
  return first === undefined || first === '' || first.startsWith('-') ? undefined : first;
}

function needed(walk: Walk, path: string, needs: string): ChainProblem {
  const place = walk.facts.tree.find(needs);
  const problem = missing(walk, needs, place.found === 'file' ? needs : place.path);
  return problem.is === 'missing' ? { is: 'needs-missing', path, needs } : problem;
}
