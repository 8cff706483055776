import { join } from 'node:path';
import { hexOf, type Digest } from '../../kernel/digest.ts';

/**
 * Where things are in the folder. Contents are kept once, in `blobs`; a repository holds empty or short
 * files that name them. Names of ours start with `_`, which no repository name can.
 */
export interface Layout {
  readonly root: string;
  readonly repositories: string;
  readonly uploads: string;
  content(digest: Digest): string;
  repository(name: string): string;
  blobLink(name: string, digest: Digest): string;
  manifestRecord(name: string, digest: Digest): string;
  tags(name: string): string;
  tag(name: string, tag: string): string;
  referrers(name: string, subject: Digest): string;
}

export function layoutOf(root: string): Layout {
  const repositories = join(root, 'repositories');
  const repository = (name: string): string => join(repositories, ...name.split('/'));
  return {
    root,
    repositories,
    uploads: join(root, 'uploads'),
    content: (digest) => join(root, 'blobs', 'sha256', hexOf(digest).slice(0, 2), hexOf(digest)),
    repository,
    blobLink: (name, digest) => join(repository(name), '_blobs', hexOf(digest)),
    manifestRecord: (name, digest) => join(repository(name), '_manifests', hexOf(digest)),
    tags: (name) => join(repository(name), '_tags'),
    tag: (name, tag) => join(repository(name), '_tags', tag),
    referrers: (name, subject) => join(repository(name), '_referrers', hexOf(subject)),
  };
}
