import type { Engine, ImageRecord } from '../engine/contract.ts';
import { CommandError } from './errors.ts';

/** An image that a command was given. @throws {CommandError} CHECK_IMAGE_UNKNOWN */
export async function imageOnEngine(engine: Engine, ref: string): Promise<ImageRecord> {
  const record = await engine.images.inspect(ref);
  if (record !== undefined) return record;
  throw new CommandError(
    'CHECK_IMAGE_UNKNOWN',
    `the engine at ${engine.endpoint.url} has no image ${ref}`,
    { hint: `Build it, or run \`docker pull ${ref}\`, then check it again.` },
  );
}
