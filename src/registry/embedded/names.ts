import { parseRepository } from '../../kernel/image-reference.ts';

/** Whether it may be the path of a repository. Check before it enters any file path. */
export function isRepositoryPath(text: string): boolean {
  return parseRepository(`localhost/${text}`).ok;
}
