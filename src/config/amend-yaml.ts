import { isMap, parseDocument, stringify } from 'yaml';
import { parseYamlSource } from './yaml-source.ts';

export interface AmendedYaml {
  readonly text: string;
  /** Keys of the entry that are there already, and were left alone: `run`, `suites.spec`. */
  readonly kept: readonly string[];
}

/** Long lines are somebody's choice. */
const AS_IT_IS = { lineWidth: 0 };

type Entry = Readonly<Record<string, unknown>>;

/**
 * A configuration with what it does not yet say of one image. Nothing that is there is changed; a comment behind a key
 * may get a line of its own.
 * @param text of the file; absent when there is none
 * @throws {ConfigError} CONFIG_SYNTAX
 */
export function addToYaml(
  text: string | undefined,
  image: string,
  { entry, comments }: { readonly entry: Entry; readonly comments: readonly string[] },
): AmendedYaml {
  if (text === undefined) return { text: newFile(image, entry, comments), kept: [] };
  // Only for its complaints: they have the place in the file.
  parseYamlSource('seatrial.yaml', text);
  const document = parseDocument(text);
  const place = ['images', image];
  if (!isMap(document.getIn(place))) {
    document.setIn(place, document.createNode(entry));
    return { text: document.toString(AS_IT_IS), kept: [] };
  }
  const kept: string[] = [];
  for (const { path, value } of leavesOf(entry)) {
    if (document.hasIn([...place, ...path])) kept.push(path.join('.'));
    else document.setIn([...place, ...path], document.createNode(value));
  }
  return { text: document.toString(AS_IT_IS), kept };
}

/** `suites` has several owners; everything else is said as a whole. */
function leavesOf(entry: Entry): readonly Leaf[] {
  return Object.entries(entry).flatMap(([key, value]): readonly Leaf[] =>
    key === 'suites' && typeof value === 'object' && value !== null
      ? Object.entries(value).map(([suite, settings]: [string, unknown]) => ({
          path: [key, suite],
          value: settings,
        }))
      : [{ path: [key], value }],
  );
}

interface Leaf {
  readonly path: readonly string[];
  readonly value: unknown;
}

function newFile(image: string, entry: Entry, comments: readonly string[]): string {
  const body = stringify({ images: { [image]: entry } }, { flowCollectionPadding: true });
  const remarks = comments.map((line) => `    # ${line}\n`).join('');
  return `# Written by \`seatrial record\` from one run; \`seatrial plan\` shows what it leads to.\n${body}${remarks}`;
}
