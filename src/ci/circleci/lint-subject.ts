import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { LineCounter } from 'yaml';
import { parseMakefile, type MakeTarget } from '../makefile.ts';
import { splitCommands, type ShellCommand } from '../shell/split-commands.ts';
import { expandConfig } from './expand/expand.ts';
import { collectFindings } from './finding.ts';
import { graphOf, type Graph } from './structure/workflow-graph.ts';
import {
  entriesOf,
  itemsOf,
  nameOf,
  originInside,
  textOf,
  valueOf,
  type Entry,
  type Node,
  type Origin,
  type Scalar,
  type SourceText,
} from './tree.ts';
import type { CheckedConfig } from './validate.ts';

/** A command that a step runs: its own, or one of a make target or script that it calls. */
export interface LintCommand extends ShellCommand {
  /** Where it stands: in the configuration, the makefile or the script. */
  readonly origin: Origin;
  /** The command of the step that led there, `make test`; absent for the step's own. */
  readonly via?: string | undefined;
  /** Whether what calls it goes on when it fails: `-` before a line of a makefile. */
  readonly isIgnored: boolean;
}

export interface LintStep {
  readonly name: string;
  readonly value: Node | undefined;
  readonly origin: Origin;
  /** Of `run`, in the order in which they run. */
  readonly commands: readonly LintCommand[];
}

export interface LintJob {
  readonly name: string;
  readonly node: Node;
  readonly origin: Origin;
  readonly steps: readonly LintStep[];
  /** Whether a step is of an orb that is not here: what it does is not known. */
  readonly isOpaque: boolean;
}

export interface LintWorkflow {
  readonly name: string;
  readonly entry: Entry;
  readonly graph: Graph;
}

/** A configuration as rules look at it: jobs as they run, with the commands of their steps. */
export interface LintSubject {
  readonly checked: CheckedConfig;
  /** Those of every workflow, also of one that would not run now. */
  readonly jobs: readonly LintJob[];
  readonly workflows: readonly LintWorkflow[];
}

/** Where makefiles and scripts of the project are. */
export function createLintSubject(checked: CheckedConfig, folder: string): LintSubject {
  const { unit, version, parsed } = checked;
  if (version === undefined || parsed.root === undefined) {
    return { checked, jobs: [], workflows: [] };
  }
  const workflows = entriesOf(valueOf(parsed.root, 'workflows'))
    .filter((entry) => nameOf(entry) !== 'version')
    .map((entry) => ({ name: nameOf(entry), entry, graph: graphOf(entry.value) }));
  const { root } = expandConfig({ unit, version, isEveryWorkflow: true }, collectFindings());
  const reader = createReader(folder);
  const jobs = entriesOf(valueOf(root, 'jobs')).map((entry) => toJob(entry, reader));
  return { checked, workflows, jobs };
}

const BUILT_IN = new Set([
  'run',
  'deploy',
  'checkout',
  'setup_remote_docker',
  'save_cache',
  'restore_cache',
  'store_artifacts',
  'store_test_results',
  'persist_to_workspace',
  'attach_workspace',
  'add_ssh_keys',
  'install_signing_bundle',
]);

function toJob(entry: Entry, reader: Reader): LintJob {
  const steps = itemsOf(valueOf(entry.value, 'steps')).map((item) => toStep(item, reader));
  return {
    name: nameOf(entry),
    node: entry.value,
    origin: entry.key.origin,
    steps,
    isOpaque: steps.some(({ name }) => !BUILT_IN.has(name)),
  };
}

function toStep(item: Node, reader: Reader): LintStep {
  const [entry] = entriesOf(item);
  const name = entry === undefined ? (textOf(item) ?? '') : nameOf(entry);
  const script = name === 'run' || name === 'deploy' ? valueOf(entry?.value, 'command') : undefined;
  const origin = entry?.key.origin ?? item.origin;
  const commands = script?.kind === 'scalar' ? commandsOf(script, reader) : [];
  return { name, value: entry?.value, origin, commands };
}

/** Enough to follow a makefile that calls scripts; a circle ends here. */
const MOST_DEPTH = 4;

interface Reader {
  script(path: string): SourceText | undefined;
  target(name: string | undefined): MakeTarget | undefined;
  /** The makefile itself. */
  readonly makefile: SourceText | undefined;
}

function commandsOf(script: Scalar, reader: Reader): readonly LintCommand[] {
  const text = String(script.value ?? '');
  return splitCommands(text).commands.flatMap((command) => {
    const piece = text.slice(command.at, command.end).split('\n')[0]?.trimEnd() ?? '';
    const nth = text.slice(0, command.at).split(piece).length - 1;
    const own = { ...command, origin: originInside(script, piece, nth), isIgnored: false };
    return [own, ...called(own, { reader, via: piece, depth: 0 })];
  });
}

interface Calling {
  readonly reader: Reader;
  readonly via: string;
  readonly depth: number;
}

/** What a command runs of the project: a target of its makefile, a script. */
function called(command: ShellCommand, calling: Calling): readonly LintCommand[] {
  if (calling.depth >= MOST_DEPTH) return [];
  const words = command.words.map(({ text }) => text);
  if (words[0] === 'sudo') words.shift();
  const [program = '', ...rest] = words;
  if (program === 'make') return calledTargets(rest, calling);
  const isShell = /^(?:\/bin\/)?(?:ba|da)?sh$|^source$|^\.$/u.test(program);
  const path = isShell ? rest.find((word) => !word.startsWith('-')) : program;
  if (path === undefined || (isShell && rest.includes('-c'))) return [];
  if (!isShell && !/^\.{0,2}\/?[\w./-]+\.(?:sh|bash)$|^\.\.?\//u.test(path)) return [];
  const source = calling.reader.script(path);
  return source === undefined ? [] : commandsIn(source, source.text, { start: 0, calling });
}

function calledTargets(words: readonly string[], calling: Calling): readonly LintCommand[] {
  if (words.some((word) => word === '-C' || word === '-f' || word.startsWith('--'))) return [];
  const names = words.filter((word) => !word.startsWith('-') && !word.includes('='));
  const targets = names.length === 0 ? [undefined] : names;
  return targets.flatMap((name) => commandsOfTarget(name, calling));
}

function commandsOfTarget(name: string | undefined, calling: Calling): readonly LintCommand[] {
  const { reader } = calling;
  const target = reader.target(name);
  if (target === undefined || reader.makefile === undefined || calling.depth >= MOST_DEPTH) {
    return [];
  }
  const { makefile } = reader;
  const deeper = { ...calling, depth: calling.depth + 1 };
  return [
    ...target.dependencies.flatMap((each) => commandsOfTarget(each, deeper)),
    ...target.recipe.flatMap(({ text, line, isIgnored }) => {
      const start = makefile.text.indexOf(text, lineStart(makefile, line));
      const commands = commandsIn(makefile, text, { start, calling });
      return commands.map((command) => ({ ...command, isIgnored: command.isIgnored || isIgnored }));
    }),
  ];
}

function lineStart({ lines }: SourceText, line: number): number {
  return lines.lineStarts[line - 1] ?? 0;
}

function commandsIn(
  source: SourceText,
  text: string,
  { start, calling }: { readonly start: number; readonly calling: Calling },
): readonly LintCommand[] {
  return splitCommands(text).commands.flatMap((command) => {
    const origin = { source, start: start + command.at, end: start + command.end };
    const own = { ...command, origin, via: calling.via, isIgnored: false };
    return [own, ...called(own, { ...calling, depth: calling.depth + 1 })];
  });
}

const MAKEFILES = ['GNUmakefile', 'makefile', 'Makefile'];
const LARGEST_SCRIPT_BYTES = 1024 ** 2;

function createReader(folder: string): Reader {
  const read = (path: string): SourceText | undefined => {
    const file = normalize(path);
    const whole = join(folder, file);
    if (file.startsWith('..') || file.startsWith('/') || !existsSync(whole)) return undefined;
    const stats = statSync(whole);
    if (!stats.isFile() || stats.size > LARGEST_SCRIPT_BYTES) return undefined;
    return toSource(file, readFileSync(whole, 'utf8'));
  };
  const name = MAKEFILES.find((each) => existsSync(join(folder, each)));
  const makefile = name === undefined ? undefined : read(name);
  const targets = parseMakefile(makefile?.text ?? '');
  const first = [...targets.keys()].find((each) => !each.startsWith('.'));
  return { makefile, script: read, target: (each) => targets.get(each ?? first ?? '') };
}

function toSource(file: string, text: string): SourceText {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (const { index } of text.matchAll(/\n/gu)) lines.addNewLine(index + 1);
  return { file, text, lines };
}
