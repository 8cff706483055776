import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { readTextIfThere } from '../host/files.ts';
import { parseEngineAddress, type DialTarget, type TlsMaterial } from './endpoint.ts';
import { EngineError } from './errors.ts';

/** @see https://docs.docker.com/engine/manage-resources/contexts/ */
const metaSchema = z.object({
  Endpoints: z.object({
    docker: z.object({
      Host: z.string().optional(),
      SkipTLSVerify: z.boolean().optional(),
    }),
  }),
});

const configSchema = z.object({ currentContext: z.string().optional() });

/** The name of the context that `docker` would use by its configuration; absent when none is set. */
export async function currentContextOf(configFolder: string): Promise<string | undefined> {
  const path = join(configFolder, 'config.json');
  const text = await readTextIfThere(path);
  if (text === undefined) return undefined;
  const name = readJson(configSchema, text, path).currentContext;
  return name === '' || name === 'default' ? undefined : name;
}

/**
 * The engine of a Docker context.
 * @throws {EngineError} ENGINE_CONTEXT_INVALID when there is no such context or it has no Docker endpoint.
 */
export async function loadContext(
  configFolder: string,
  name: string,
  origin: string,
): Promise<DialTarget> {
  const id = createHash('sha256').update(name).digest('hex');
  const path = join(configFolder, 'contexts', 'meta', id, 'meta.json');
  const text = await readTextIfThere(path);
  if (text === undefined) {
    throw new EngineError(
      'ENGINE_CONTEXT_INVALID',
      `There is no Docker context ${JSON.stringify(name)} (${origin}) in ${configFolder}`,
    );
  }
  const endpoint = readJson(metaSchema, text, path).Endpoints.docker;
  const tls = await loadTls(
    join(configFolder, 'contexts', 'tls', id, 'docker'),
    endpoint.SkipTLSVerify !== true,
  );
  const address = endpoint.Host ?? 'unix:///var/run/docker.sock';
  return parseEngineAddress(address, `context ${JSON.stringify(name)}`, tls);
}

/** The certificates of a folder; absent when it has none. */
export async function loadTls(
  folder: string,
  isVerified: boolean,
): Promise<TlsMaterial | undefined> {
  const [ca, cert, key] = await Promise.all(
    ['ca.pem', 'cert.pem', 'key.pem'].map((file) => readTextIfThere(join(folder, file))),
  );
  if (ca === undefined && cert === undefined && key === undefined) return undefined;
  return { folder, ca, cert, key, isVerified };
}

function readJson<Schema extends z.ZodType>(
  schema: Schema,
  text: string,
  path: string,
): z.output<Schema> {
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw new EngineError('ENGINE_CONTEXT_INVALID', `${path} cannot be read as Docker writes it`, {
      cause: error,
    });
  }
}
