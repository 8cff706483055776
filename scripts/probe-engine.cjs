'use strict';
// Asks the engine that `seatrial` would use for a sign of life. Plain CommonJS without dependencies: it runs
// before `npm ci`, on whatever Node is there. Exit codes are those that scripts/engine.sh names.

const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const { homedir } = require('node:os');
const { join } = require('node:path');

const DEFAULT = 'unix:///var/run/docker.sock';
const docker = process.env.DOCKER_CONFIG || join(homedir(), '.docker');

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return {};
  }
}

/** @see https://docs.docker.com/engine/manage-resources/contexts/ */
function hostOfContext() {
  const name = process.env.DOCKER_CONTEXT || readJson(join(docker, 'config.json')).currentContext;
  if (!name || name === 'default') return undefined;
  const folder = createHash('sha256').update(name).digest('hex');
  const meta = readJson(join(docker, 'contexts', 'meta', folder, 'meta.json'));
  return meta.Endpoints && meta.Endpoints.docker && meta.Endpoints.docker.Host;
}

const host = process.env.DOCKER_HOST || hostOfContext() || DEFAULT;
const isOurs = host === DEFAULT;

function end(code, text) {
  console.log(text);
  process.exit(code);
}

function requestOptions() {
  const url = new URL(host);
  if (url.protocol === 'unix:') return { socketPath: url.pathname, path: '/_ping' };
  const at = { host: url.hostname, port: url.port || 2375, path: '/_ping' };
  if (!process.env.DOCKER_TLS_VERIFY) return at;
  const folder = process.env.DOCKER_CERT_PATH || docker;
  const read = (name) => readFileSync(join(folder, name));
  return { ...at, ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem') };
}

function refuse(error) {
  if (error.code === 'EACCES') end(4, `permission denied on ${host}`);
  end(isOurs ? 1 : 5, `no container engine answers at ${host} (${error.code || error.message})`);
}

// An engine behind ssh is asked by seatrial itself; nothing could be started there anyway.
if (host.startsWith('ssh://')) end(0, `${host} is taken on trust`);
try {
  const options = requestOptions();
  const request = (options.key ? https : http).get({ ...options, timeout: 5000 }, (answer) => {
    if (answer.statusCode === 200) end(0, `an engine answers at ${host}`);
    refuse(new Error(`status ${answer.statusCode}`));
  });
  request.on('timeout', () => refuse(new Error('no answer within 5 seconds')));
  request.on('error', refuse);
} catch (error) {
  refuse(error);
}
