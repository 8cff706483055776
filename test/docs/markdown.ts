import { posix } from 'node:path';

/** A fenced block: its first line without the fence, and its lines. */
export interface Block {
  readonly info: string;
  readonly lines: readonly string[];
}

const FENCE = /^```([^\n]*)\n([^]*?)^```$/gmu;

export function blocksOf(markdown: string): readonly Block[] {
  return [...markdown.matchAll(FENCE)].map(([, info = '', body = '']) => ({
    info: info.trim(),
    lines: body.split('\n').slice(0, -1),
  }));
}

/** Commands of the blocks marked `sh tour`, in order; a line that ends in a backslash goes on. */
export function tourCommands(markdown: string): readonly string[] {
  return blocksOf(markdown)
    .filter(({ info }) => info === 'sh tour')
    .flatMap(({ lines }) => lines.join('\n').split(/(?<!\\)\n/u))
    .filter((line) => line.trim() !== '' && !line.trim().startsWith('#'));
}

/** Targets of links, without those that leave the repository. */
export function localLinksOf(markdown: string): readonly string[] {
  const prose = markdown.replace(FENCE, '').replace(/`[^`\n]*`/gu, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/gu)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/iu.test(target));
}

/** The anchors that GitHub gives to the headings. */
function anchorsOf(markdown: string): ReadonlySet<string> {
  return new Set(
    [...markdown.replace(FENCE, '').matchAll(/^#{1,6} (.+)$/gmu)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** The local links of a page that lead to no page, or to no heading of it. */
export function brokenLinksOf(
  path: string,
  pages: ReadonlyMap<string, string>,
  exists: (path: string) => boolean,
): readonly string[] {
  return localLinksOf(pages.get(path) ?? '').filter((link) => {
    const [file = '', anchor] = link.split('#');
    const target = file === '' ? path : posix.join(posix.dirname(path), file);
    if (!exists(target)) return true;
    const page = pages.get(target);
    return anchor !== undefined && page !== undefined && !anchorsOf(page).has(anchor);
  });
}
