import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { getCACertificates } from 'node:tls';
import { systemCodeOf } from '../../kernel/errors.ts';

export interface Certificates {
  readonly ca?: string[] | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/**
 * What `<folder>/<host>` adds to the system's trust: `*.crt` are authorities, `*.cert` with the `*.key` of
 * the same name is our own certificate.
 * @see https://docs.docker.com/engine/security/certificates/
 */
export async function loadCertificates(folder: string, host: string): Promise<Certificates> {
  const own = join(folder, host);
  const names = (await namesIn(own)).toSorted();
  const authorities = await Promise.all(
    names
      .filter((name) => name.endsWith('.crt'))
      .map(async (name) => await readFile(join(own, name), 'utf8')),
  );
  const certificate = names.find((name) => name.endsWith('.cert'));
  return {
    ...(authorities.length === 0 ? {} : { ca: [...getCACertificates('default'), ...authorities] }),
    ...(certificate === undefined
      ? {}
      : {
          cert: await readFile(join(own, certificate), 'utf8'),
          key: await readFile(join(own, certificate.replace(/\.cert$/u, '.key')), 'utf8'),
        }),
  };
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(systemCodeOf(error) ?? '')) return [];
    throw error;
  }
}
