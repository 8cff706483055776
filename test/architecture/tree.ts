import { readdir, readFile } from 'node:fs/promises';
import { join, posix, relative, sep } from 'node:path';
import { parseSync, Visitor } from 'oxc-parser';

/** The source files below one folder, each with what the rules ask about. Paths are relative to it. */
export interface SourceTree {
  readonly files: readonly SourceFile[];
}

export interface SourceFile {
  /** `engine/docker/images.ts`. */
  readonly path: string;
  readonly lineCount: number;
  /** A test, or what tests alone use: `testing/` and `fixtures/`. Not in the package. */
  readonly isTest: boolean;
  /** Every import and re-export, of types too. */
  readonly imports: readonly Import[];
  readonly readsProcessEnv: boolean;
  readonly usesConsole: boolean;
}

export interface Import {
  /** As written: `../kernel/digest.ts`, `node:fs`. */
  readonly specifier: string;
  /** The file it leads to; absent for a package or a Node module. */
  readonly path?: string;
}

export async function readTree(root: string): Promise<SourceTree> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .toSorted();
  return {
    files: await Promise.all(
      paths.map(async (path) => toSourceFile(path, await readFile(join(root, path), 'utf8'))),
    ),
  };
}

function toSourceFile(path: string, text: string): SourceFile {
  const specifiers: string[] = [];
  let readsProcessEnv = false;
  let usesConsole = false;
  const addSource = (node: { readonly source: unknown }): void => {
    const specifier = literalText(node.source);
    if (specifier !== undefined) specifiers.push(specifier);
  };
  new Visitor({
    ImportDeclaration: addSource,
    ExportNamedDeclaration: addSource,
    ExportAllDeclaration: addSource,
    ImportExpression: addSource,
    TSImportType: addSource,
    MemberExpression(node) {
      if (node.object.type !== 'Identifier') return;
      usesConsole ||= node.object.name === 'console';
      readsProcessEnv ||= node.object.name === 'process' && nameOf(node.property) === 'env';
    },
    VariableDeclarator(node) {
      if (node.init?.type !== 'Identifier' || node.init.name !== 'process') return;
      readsProcessEnv ||= node.id.type === 'ObjectPattern';
    },
  }).visit(parse(path, text));
  return {
    path,
    lineCount: text.split('\n').length - 1,
    isTest: path.endsWith('.test.ts') || /(?:^|\/)(?:testing|fixtures)\//u.test(path),
    imports: specifiers.map((specifier) =>
      specifier.startsWith('.')
        ? { specifier, path: posix.join(posix.dirname(path), specifier) }
        : { specifier },
    ),
    // The module gives the same object under another name.
    readsProcessEnv:
      readsProcessEnv || specifiers.some((name) => /^(?:node:)?process$/u.test(name)),
    usesConsole: usesConsole || specifiers.some((name) => /^(?:node:)?console$/u.test(name)),
  };
}

function parse(path: string, text: string): ReturnType<typeof parseSync>['program'] {
  const { program, errors } = parseSync(path, text);
  // A file that cannot be read is no file without violations.
  if (errors[0] !== undefined) throw new Error(`${path}: ${errors[0].message}`);
  return program;
}

function literalText(node: unknown): string | undefined {
  if (typeof node !== 'object' || node === null || !('value' in node)) return undefined;
  return typeof node.value === 'string' ? node.value : undefined;
}

function nameOf(node: object): string | undefined {
  if ('name' in node && typeof node.name === 'string') return node.name;
  return literalText(node);
}
