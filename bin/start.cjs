'use strict';
// Loads the command line: from source in a checkout, compiled in the published package.

const { existsSync } = require('node:fs');
const { enableCompileCache } = require('node:module');
const { homedir } = require('node:os');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

const root = join(__dirname, '..');
const isCheckout = existsSync(join(root, 'src'));
const main = isCheckout
  ? join(root, 'src', 'cli', 'main.ts')
  : join(root, 'dist', 'cli', 'main.js');

/** Node's own variable wins; the system's folder for temporary files is never littered. */
function compileCacheFolder() {
  if (process.env.NODE_COMPILE_CACHE) return process.env.NODE_COMPILE_CACHE;
  if (isCheckout) return join(root, '.cache', 'compile');
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'seatrial', 'compile');
}

// `node:sqlite` announces that it is experimental; nobody who runs us can do anything about it.
// A flag would do it too, but an older Node refuses flags it does not know before we can say a word.
const emitWarning = process.emitWarning;
process.emitWarning = (warning, options, ...rest) => {
  const type = typeof options === 'string' ? options : options && options.type;
  if (type !== 'ExperimentalWarning') emitWarning.call(process, warning, options, ...rest);
};

// What Node will not do one day is for whoever works on us, and is in the bundle where Node takes it for ours.
if (!isCheckout) process.noDeprecation = true;

enableCompileCache(compileCacheFolder());
import(pathToFileURL(main).href).catch((error) => {
  process.stderr.write(
    `seatrial: could not start: ${error && error.stack ? error.stack : error}\n`,
  );
  process.exitCode = 70;
});
