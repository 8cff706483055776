'use strict';
// Runs on whatever Node is there, so that an old one gets a sentence and not a syntax error: ES5 only.

var pkg = require('../package.json');

/** The least Node that runs us: `>=22.18` in package.json, as numbers. */
var needed = /(\d+)\.(\d+)/.exec(pkg.engines.node);
var major = Number(process.versions.node.split('.')[0]);
var minor = Number(process.versions.node.split('.')[1]);

function isTooOld() {
  return major < Number(needed[1]) || (major === Number(needed[1]) && minor < Number(needed[2]));
}

function isVersionAsked() {
  var args = process.argv.slice(2);
  return args.length === 1 && (args[0] === '--version' || args[0] === '-V');
}

if (isTooOld()) {
  process.stderr.write(
    'seatrial needs Node >= ' +
      needed[0] +
      ', this is ' +
      process.versions.node +
      '. Install a newer one from https://nodejs.org.\n',
  );
  process.exitCode = 3;
} else if (isVersionAsked()) {
  process.stdout.write(pkg.version + '\n');
} else {
  require('./start.cjs');
}
