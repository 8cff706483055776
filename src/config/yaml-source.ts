import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  LineCounter,
  parseAllDocuments,
  visit,
  type ParsedNode,
  type YAMLError,
} from 'yaml';
import { messageOf } from '../kernel/errors.ts';
import type { ConfigSource } from './config-source.ts';
import type { Place } from '../kernel/code-frame.ts';
import { diagnosticAt, sortDiagnostics, type Diagnostic, type Path } from './diagnostics.ts';
import { configErrorOf } from './errors.ts';
import { didYouMean } from './suggestion.ts';
import {
  isNode,
  nodeAt,
  placeInside,
  placeOf,
  placeOfOffset,
  type YamlDocument,
  type YamlText,
} from './yaml-positions.ts';

/** Enough for any honest use of anchors; an alias bomb needs far more. */
const MAX_ALIAS_COUNT = 100;

/** What kind of file is read, and by which rules. */
export interface YamlDialect {
  /** What plain scalars mean: `yes` is text in 1.2 and true in 1.1. */
  readonly version: '1.1' | '1.2';
  /** What the file is, in a word or two, for sentences: `configuration`. */
  readonly noun: string;
  /** What to do about an empty file. */
  readonly beginning: string;
  /** Whether what follows the first document is passed over; otherwise it is a problem. @default false */
  readonly hasMoreDocuments?: boolean | undefined;
}

const configurationDialect: YamlDialect = Object.freeze({
  version: '1.2',
  noun: 'configuration',
  beginning: 'Start with `images:`.',
});

/**
 * Reads YAML with merge keys, one document per file.
 * @param dialect Default: that of the configuration, YAML 1.2
 * @throws {ConfigError} CONFIG_SYNTAX with every problem that was found
 * @see https://yaml.org/spec/1.2.2/
 */
export function parseYamlSource(
  file: string,
  text: string,
  dialect: YamlDialect = configurationDialect,
): ConfigSource {
  const source: DialectText = { file, text, lines: new LineCounter(), dialect };
  const document = parseOnly(source);
  const problems = [
    ...[...document.errors, ...document.warnings].map((error) => diagnoseYaml(source, error)),
    ...diagnoseKeys(source, document),
    ...diagnoseAliases(source, document),
    ...diagnoseVersion(source, document),
  ];
  if (problems.length > 0) throw configErrorOf('CONFIG_SYNTAX', firstOfEachLine(problems));
  keepWrittenText(document);
  const value = toPlainValue(source, document);
  const positionOf = (path: Path, at: 'key' | 'value' = 'value'): Place | undefined =>
    placeOf(source, nodeAt(document, path, at));
  return {
    file,
    subject: `The ${dialect.noun}`,
    value,
    positionOf,
    writtenAt: (path) => {
      const node = nodeAt(document, path, 'value');
      return isScalar(node) ? node.source : undefined;
    },
    diagnose: ({ path, at, offset = 0, message, suggestion }) => {
      const node = nodeAt(document, path, at ?? 'value');
      const place = placeInside(source, node, offset) ?? { line: 1, column: 1, length: 1 };
      return diagnosticAt(source, place, { message, suggestion });
    },
  };
}

interface DialectText extends YamlText {
  readonly dialect: YamlDialect;
}

function parseOnly(source: DialectText): YamlDocument {
  const documents = parseDocuments(source);
  const [document, second] = Array.isArray(documents) ? documents : [];
  if (document === undefined) {
    throw configErrorOf('CONFIG_SYNTAX', [
      { file: source.file, message: 'The file is empty.', suggestion: source.dialect.beginning },
    ]);
  }
  if (second !== undefined && source.dialect.hasMoreDocuments !== true) {
    throw configErrorOf('CONFIG_SYNTAX', [
      diagnosticAt(source, placeOfOffset(source, second.range[0], 1), {
        message: `A second document begins here; a ${source.dialect.noun} is one document.`,
        suggestion: 'Remove the `---` line.',
      }),
    ]);
  }
  return document;
}

function parseDocuments(source: DialectText): ReturnType<typeof parseAllDocuments<ParsedNode>> {
  try {
    return parseAllDocuments(source.text, {
      version: source.dialect.version,
      lineCounter: source.lines,
      prettyErrors: false,
      merge: true,
      stringKeys: true,
      // Reported by `diagnoseKeys`, with both places.
      uniqueKeys: false,
    });
  } catch (error) {
    // The parser recurses: thousands of nested brackets end its stack.
    throw configErrorOf(
      'CONFIG_SYNTAX',
      [{ file: source.file, message: `The file cannot be parsed: ${messageOf(error)}.` }],
      { cause: error },
    );
  }
}

function diagnoseYaml(source: YamlText, error: YAMLError): Diagnostic {
  const place = placeOfOffset(source, error.pos[0], error.pos[1] - error.pos[0]);
  const indent = /^[ ]*\t/u.exec(source.text.split('\n')[place.line - 1] ?? '');
  if (error.code === 'TAB_AS_INDENT' || indent !== null) {
    const column = indent?.[0].length ?? place.column;
    return diagnosticAt(
      source,
      { line: place.line, column, length: 1 },
      { message: 'A tab is used for indentation.', suggestion: 'Use spaces.' },
    );
  }
  return diagnosticAt(source, place, {
    message:
      error.code === 'NON_STRING_KEY'
        ? 'A key must be plain text.'
        : error.message.replace(/\.?$/u, '.'),
    suggestion: YAML_SUGGESTIONS[error.code],
  });
}

const YAML_SUGGESTIONS: Readonly<Partial<Record<YAMLError['code'], string>>> = {
  BLOCK_AS_IMPLICIT_KEY: 'Put a value that holds `: ` into quotes.',
  BAD_SCALAR_START: 'Put the value into quotes.',
};

/** One mistake makes the parser stumble several times; what follows in the line is noise. */
function firstOfEachLine(problems: readonly Diagnostic[]): readonly Diagnostic[] {
  const sorted = sortDiagnostics(problems);
  return sorted.filter((problem, index) => problem.line !== sorted[index - 1]?.line);
}

/** Aliases without an anchor, and anchors that hold themselves. */
function diagnoseAliases(source: YamlText, document: YamlDocument): readonly Diagnostic[] {
  const anchors: string[] = [];
  const problems: Diagnostic[] = [];
  visit(document, {
    Node: (_, node, ancestors) => {
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchors.push(node.anchor);
        return;
      }
      const place = isNode(node) ? placeOf(source, node) : undefined;
      const target = node.resolve(document);
      if (place === undefined || (target !== undefined && !ancestors.includes(target))) return;
      problems.push(
        diagnosticAt(
          source,
          place,
          target === undefined
            ? {
                message: `No anchor \`&${node.source}\` stands before this alias.`,
                suggestion: didYouMean(node.source, anchors),
              }
            : { message: `The anchor \`&${node.source}\` holds itself.` },
        ),
      );
    },
  });
  return problems;
}

/** Duplicate keys, and the one name that plain objects cannot hold. */
function diagnoseKeys(source: YamlText, document: YamlDocument): readonly Diagnostic[] {
  const problems: Diagnostic[] = [];
  visit(document, {
    Map: (_, map) => {
      const first = new Map<string, ParsedNode>();
      for (const { key } of map.items) {
        if (!isNode(key) || !isScalar(key)) continue;
        const name = String(key.value);
        const place = placeOf(source, key);
        const earlier = first.get(name);
        if (place !== undefined && name === '__proto__') {
          problems.push(
            diagnosticAt(source, place, { message: 'The key `__proto__` is not allowed.' }),
          );
        }
        if (place !== undefined && earlier !== undefined && name !== '<<') {
          problems.push(diagnoseDuplicate(source, name, [placeOf(source, earlier), place]));
        }
        first.set(name, earlier ?? key);
      }
    },
  });
  return problems;
}

function diagnoseDuplicate(
  source: YamlText,
  name: string,
  [first, second]: readonly [Place | undefined, Place],
): Diagnostic {
  const where = first === undefined ? '' : `, first in line ${first.line}, column ${first.column}`;
  return diagnosticAt(source, second, {
    message: `The key \`${name}\` is here a second time${where}.`,
    suggestion: 'Join the two, or rename one.',
  });
}

/** `%YAML 1.1` would turn `no` and `on` into booleans. */
function diagnoseVersion(source: DialectText, document: YamlDocument): readonly Diagnostic[] {
  const { version } = document.directives.yaml;
  if (version === '1.2' || version === source.dialect.version) return [];
  return [
    diagnosticAt(
      source,
      { line: 1, column: 1, length: 1 },
      {
        message: `The file asks for YAML ${version}; this is YAML 1.2.`,
        suggestion: 'Remove the `%YAML` line.',
      },
    ),
  ];
}

/** Build arguments and environment variables are text: `1.10` must not become `1.1`. */
function keepWrittenText(document: YamlDocument): void {
  visit(document, {
    Pair: (_, pair, ancestors) => {
      const keys = [...ancestors.filter(isPair), pair].map(({ key }) =>
        isScalar(key) ? String(key.value) : '',
      );
      if (!isMap(pair.value) || !/^images\n[^\n]*\n(?:args|run\nenv)$/u.test(keys.join('\n')))
        return;
      for (const { value } of pair.value.items) {
        if (isScalar(value) && ['number', 'boolean'].includes(typeof value.value)) {
          value.value = value.source ?? value.value;
        }
      }
    },
  });
}

function toPlainValue(source: YamlText, document: YamlDocument): unknown {
  try {
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIAS_COUNT });
    return value;
  } catch (error) {
    const message =
      error instanceof ReferenceError
        ? 'The aliases (`*name`) of this file stand for far more than it holds.'
        : `The file cannot be read: ${messageOf(error)}.`;
    throw configErrorOf('CONFIG_SYNTAX', [{ file: source.file, message }], { cause: error });
  }
}
