import type { LintJob } from '../../circleci/lint-subject.ts';
import { entryOf, itemsOf, textOf, valueOf, type Node } from '../../circleci/tree.ts';
import type { Lint, LintFinding } from '../lint.ts';

/** L12: tomorrow the job runs somewhere else. */
export const unpinnedExecutor: Lint = {
  id: 'L12',
  title: 'unpinned-executor',
  severity: 'warning',
  why: 'What is not named exactly changes under the job; images `circleci/…` are not made any more, and a machine without an image is deprecated.',
  fix: 'Name an exact tag, or the digest: `cimg/base:2024.01`, `ubuntu-2404:2024.05.1`.',
  check: ({ jobs }) => jobs.flatMap((job) => [...images(job), ...machines(job)]),
};

function images({ node }: LintJob): readonly LintFinding[] {
  return itemsOf(valueOf(node, 'docker')).flatMap((item): readonly LintFinding[] => {
    const image = valueOf(item, 'image');
    const text = textOf(image);
    if (image === undefined || text === undefined || /[$<]/u.test(text) || text.includes('@')) {
      return [];
    }
    const tag = /:([^/:]+)$/u.exec(text)?.[1];
    const message = messageFor(text, tag);
    return message === undefined ? [] : [{ origin: image.origin, message }];
  });
}

function messageFor(image: string, tag: string | undefined): string | undefined {
  if (image.startsWith('circleci/')) {
    return `\`${image}\` is not made any more: its successor is \`cimg/${image.slice('circleci/'.length)}\`.`;
  }
  if (tag === undefined) return `\`${image}\` has no tag, and is \`latest\`.`;
  return tag === 'latest' ? `\`${image}\` is another image tomorrow.` : undefined;
}

function machines({ node }: LintJob): readonly LintFinding[] {
  const entry = entryOf(node, 'machine');
  if (entry === undefined || hasImage(entry.value)) return [];
  // A runner of one's own has no image, and a class that says where it is.
  if (/\//u.test(textOf(valueOf(node, 'resource_class')) ?? '')) return [];
  return [
    {
      origin: entry.key.origin,
      message: 'The machine has no `image`, and is whatever CircleCI takes.',
    },
  ];
}

function hasImage(machine: Node): boolean {
  return valueOf(machine, 'image') !== undefined || machine.kind === 'list';
}
