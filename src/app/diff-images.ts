import { looksSecret } from '../build/secret-args.ts';
import { connectEngine } from '../engine/connect.ts';
import { compareImages, type FileChange, type ImageChanges } from '../evidence/image-changes.ts';
import { readContents } from '../evidence/image-contents.ts';
import { cleanLine } from '../report/terminal-text.ts';
import type { AppHost } from './app-host.ts';
import { imageOnEngine } from './image-on-engine.ts';

export interface ImageDiff extends ImageChanges {
  /** References as they were given. */
  readonly before: string;
  readonly after: string;
}

/**
 * What is different in a newer image of the engine.
 * @throws {CommandError} CHECK_IMAGE_UNKNOWN
 * @throws {EvidenceError} IMAGE_UNREADABLE
 */
export async function diffImages(
  host: AppHost,
  { before, after }: Pick<ImageDiff, 'before' | 'after'>,
): Promise<ImageDiff> {
  const engine = await connectEngine({ env: host.env });
  const records = await Promise.all([imageOnEngine(engine, before), imageOnEngine(engine, after)]);
  const [older, newer] = await Promise.all(
    records.map(async (record) => readContents(engine.images, record, host.signal)),
  );
  if (older === undefined || newer === undefined) throw new Error('two images were read');
  return { before, after, ...compareImages(older, newer, looksSecret) };
}

export type DiffFormat = 'text' | 'json' | 'markdown';

/** Of more, only how many there are: a report is read by people. */
const MOST_FILES = 30;

/** Text, a comment for a pull request, or one JSON object of schema `seatrial.diff/1` with everything. */
export function renderDiff(diff: ImageDiff, format: DiffFormat): string {
  if (format === 'json')
    return `${JSON.stringify({ schema: 'seatrial.diff/1', ...diff }, null, 2)}\n`;
  return format === 'text' ? renderText(diff) : renderMarkdown(diff);
}

function renderText(diff: ImageDiff): string {
  const { settings, packages } = diff;
  return [
    `${diff.before} → ${diff.after}`,
    `  ${sizeLine(diff)}`,
    ...part(
      'settings',
      settings.map(({ name, before, after }) => `${name}: ${turn(before, after)}`),
    ),
    ...part(
      'packages',
      packages.map(({ kind, name, before, after }) => `${kind} ${name}: ${turn(before, after)}`),
    ),
    ...part('files', diff.files.map(fileLine), MOST_FILES),
    '',
  ].join('\n');
}

function part(title: string, lines: readonly string[], most = Infinity): readonly string[] {
  if (lines.length === 0) return [`  no ${title} changed`];
  const more = lines.length - most;
  return [
    `  ${title} (${String(lines.length)})`,
    ...lines.slice(0, most).map((line) => `    ${cleanLine(line)}`),
    ...(more > 0 ? [`    and ${String(more)} more: --format json has all`] : []),
  ];
}

function renderMarkdown(diff: ImageDiff): string {
  const { settings, packages, files } = diff;
  const more = files.length - MOST_FILES;
  return [
    `**${cell(diff.before)} → ${cell(diff.after)}**: ${sizeLine(diff)}`,
    '',
    ...table(
      'Settings',
      settings.map(({ name, before, after }) => [name, before, after]),
    ),
    ...table(
      'Packages',
      packages.map(({ kind, name, before, after }) => [`${kind} ${name}`, before, after]),
    ),
    ...(files.length === 0
      ? []
      : [
          `<details><summary>Files (${String(files.length)})</summary>`,
          '',
          ...files.slice(0, MOST_FILES).map((file) => `- ${cell(fileLine(file))}`),
          ...(more > 0 ? [`- and ${String(more)} more`] : []),
          '',
          '</details>',
          '',
        ]),
  ].join('\n');
}

function table(
  title: string,
  rows: readonly (readonly [string, string | undefined, string | undefined])[],
): readonly string[] {
  if (rows.length === 0) return [];
  return [
    row([title, 'before', 'after']),
    row(['---', '---', '---']),
    ...rows.map((cells) => row(cells.map((each) => cell(each ?? '')))),
    '',
  ];
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** What comes from an image must not become markup of the page that it is shown on. */
function cell(text: string): string {
  const clean = cleanLine(text)
    .replaceAll('`', "'")
    .replaceAll('|', String.raw`\|`);
  return clean === '' ? '' : `\`${clean}\``;
}

function turn(before: string | undefined, after: string | undefined): string {
  if (before === undefined) return `new, ${after ?? ''}`;
  return after === undefined ? `gone, was ${before}` : `${before} → ${after}`;
}

function fileLine({ path, change, what, sizeBytes }: FileChange): string {
  const how = what.length === 0 ? '' : ` (${what.join(', ')})`;
  return `${change} ${path}${how}, ${megabytes(sizeBytes)}`;
}

function sizeLine({ sizeBytes: { before, after }, layers }: ImageChanges): string {
  const grown = after - before;
  const sign = grown > 0 ? '+' : '';
  return `${megabytes(before)} → ${megabytes(after)} (${sign}${megabytes(grown)}), ${String(layers.shared)} of ${String(layers.after)} layers are the same`;
}

function megabytes(bytes: number): string {
  if (Math.abs(bytes) < 1000) return `${String(bytes)} B`;
  return Math.abs(bytes) < 1e6
    ? `${(bytes / 1000).toFixed(1)} kB`
    : `${(bytes / 1e6).toFixed(1)} MB`;
}
