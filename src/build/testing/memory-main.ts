import { everything, scanContext } from '../context.ts';
import { packContext } from '../context-tar.ts';

/**
 * Packs the folder that it is given, reads the tar as a slow network would, and prints how much came and how
 * much more memory that took.
 */
const context = await scanContext(process.argv[2] ?? '', everything);
const before = process.memoryUsage.rss();
let highest = before;
let sizeBytes = 0;
for await (const chunk of packContext({ context, dockerfile: { name: 'Dockerfile' } })) {
  sizeBytes += (chunk as Buffer).length;
  highest = Math.max(highest, process.memoryUsage.rss());
}
process.stdout.write(JSON.stringify({ sizeBytes, moreBytes: highest - before }));
