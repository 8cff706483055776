import { HTTPD, plain, quick, serviceScript, type TrialImage } from './trial-image.ts';

/** Images that do not come up, each in its own way. */
export const nonStarters: readonly TrialImage[] = [
  {
    is: 'a server that never is ready',
    image: plain('#!/bin/sh\necho warming up\nexec sleep 1000\n'),
    profile: quick,
    imageClass: 'service',
    verdicts: { starts: 'fail', 'ports-listen': 'fail', stops: 'skip', restarts: 'skip' },
    says: {
      starts: ['Not ready after', 'it listens on no TCP port', 'warming up', 'ready.timeout'],
      'ports-listen': ['nothing listens there'],
      stops: ['see `starts`'],
    },
  },
  {
    is: 'a server that listens for itself alone',
    image: plain(serviceScript('httpd -f -p 127.0.0.1:8080 -h /www')),
    profile: quick,
    imageClass: 'service',
    verdicts: { starts: 'fail', 'ports-listen': 'fail' },
    says: {
      starts: ['127.0.0.1:8080, which only the container itself can reach', '0.0.0.0'],
      'ports-listen': ['loopback address only', '0.0.0.0'],
    },
  },
  {
    is: 'a server that listens on another port than it exposes',
    image: plain(serviceScript('httpd -f -p 9090 -h /www')),
    profile: quick,
    imageClass: 'service',
    verdicts: { starts: 'fail', 'ports-listen': 'fail' },
    says: { 'ports-listen': ['EXPOSE 9090'], starts: ['9090'] },
  },
  {
    is: 'a server that is never healthy',
    image: plain(serviceScript(HTTPD), {
      healthcheck: { test: ['CMD-SHELL', 'echo not feeling well; exit 1'], timeoutMs: 1000 },
    }),
    profile: quick,
    imageClass: 'service',
    verdicts: { starts: 'fail', 'ports-listen': 'pass' },
    says: { starts: ['health check', 'not feeling well'] },
  },
  {
    is: 'an image whose program is not there',
    image: { command: ['/nope'] },
    imageClass: 'broken',
    verdicts: { 'entrypoint-resolves': 'fail', starts: 'fail', stops: 'skip' },
    says: {
      'entrypoint-resolves': ['`/nope` is not in the image'],
      starts: ['`/nope` cannot be started', 'Copy the file to that path'],
    },
  },
  {
    is: 'an image whose program is not in PATH',
    image: { command: ['nope'] },
    imageClass: 'broken',
    verdicts: { 'entrypoint-resolves': 'fail', starts: 'fail' },
    says: {
      'entrypoint-resolves': ['in no folder of PATH'],
      starts: ['not in any folder of PATH', 'full path'],
    },
  },
  {
    is: 'an image whose script has no first line',
    image: { command: ['/x'], files: { '/x': { contents: 'echo hello\n', mode: 0o755 } } },
    imageClass: 'broken',
    verdicts: { 'entrypoint-resolves': 'fail', starts: 'fail' },
    says: {
      'entrypoint-resolves': ['neither a program nor a script'],
      starts: ['without a `#!` line'],
    },
  },
  {
    is: 'an image whose program may not be executed',
    image: { command: ['/x'], files: { '/x': { contents: '#!/bin/sh\n', mode: 0o644 } } },
    imageClass: 'broken',
    verdicts: { 'entrypoint-resolves': 'fail', starts: 'fail' },
    says: {
      'entrypoint-resolves': ['may not execute `/x`'],
      starts: ['may not be executed', 'chmod'],
    },
  },
  {
    is: 'an image whose user is not in it',
    image: { command: ['sleep', '9'], user: 'ghost' },
    imageClass: 'broken',
    verdicts: { user: 'fail', starts: 'fail' },
    says: {
      user: ['`ghost`, which is not in /etc/passwd'],
      starts: ['The user `ghost` is not in the image', 'USER 10001'],
    },
  },
  {
    is: 'a script that calls what is not installed',
    image: { command: ['/x'], files: { '/x': '#!/bin/sh\nfrobnicate\n' } },
    imageClass: 'broken',
    verdicts: { starts: 'fail' },
    says: { starts: ['exit code 127', 'frobnicate'] },
  },
  {
    is: 'a program that crashes',
    image: { command: ['sh', '-c', 'sh -c "kill -SEGV \\$\\$"; exit $?'] },
    imageClass: 'broken',
    verdicts: { starts: 'fail' },
    says: { starts: ['SIGSEGV, which is a crash'] },
  },
  {
    is: 'a server that goes to the background, where it ends with its parent',
    // A port that is open for the moment until PID 1 ends would be seen at times: services.ts has that one.
    image: plain('#!/bin/sh\n(sleep 60; httpd -f -p 8080 -h /www) &\n'),
    profile: { ready: { port: 8080 } },
    imageClass: 'broken',
    verdicts: { starts: 'fail', 'ports-listen': 'skip' },
    says: { starts: ['foreground'] },
  },
  {
    is: 'an image that says no in spite of its profile',
    image: { command: ['sh', '-c', 'echo no licence; exit 3'] },
    profile: { run: { env: { MODE: 'test' } } },
    imageClass: 'broken',
    verdicts: { starts: 'fail' },
    says: { starts: ['exit code 3', 'no licence', 'with MODE set'] },
  },
  {
    is: 'an image that needs more memory than it gets',
    image: { command: ['sh', '-c', 'tail /dev/zero; exit $?'] },
    profile: { run: { memory: '16m' } },
    imageClass: 'broken',
    verdicts: { starts: 'fail' },
    says: { starts: ['too much memory', 'run.memory'] },
  },
];
