import { HTTPD, plain, serviceScript, type TrialImage } from './trial-image.ts';

/** The images that the issue asks to be told apart. */
export const kinds: readonly TrialImage[] = [
  {
    is: 'an HTTP server',
    image: plain(serviceScript(HTTPD)),
    imageClass: 'service',
    verdicts: {
      starts: 'pass',
      'ports-listen': 'pass',
      answers: 'skip',
      identity: 'warn',
      writes: 'pass',
      stops: 'pass',
      restarts: 'pass',
      'survives-kill': 'pass',
      ephemeral: 'skip',
      'volumes-persist': 'skip',
      architecture: 'pass',
      'entrypoint-resolves': 'pass',
      'exec-form': 'pass',
      'links-and-libraries': 'pass',
      // As whom it runs, `identity` has seen.
      user: 'pass',
      privileges: 'pass',
      secrets: 'pass',
      'no-hard-coded-passwords': 'pass',
      ports: 'pass',
      volumes: 'skip',
      labels: 'warn',
      size: 'pass',
      age: 'pass',
      'base-files': 'pass',
      utc: 'pass',
    },
    says: { identity: ['runs as root', 'USER 10001'], answers: ['no `state` block'] },
  },
  {
    is: 'a tool that does its work and ends',
    image: { command: ['echo', 'done'] },
    imageClass: 'one-shot',
    verdicts: { starts: 'pass', identity: 'warn', stops: 'skip', restarts: 'skip', writes: 'skip' },
    says: { stops: ['does its work and ends'] },
  },
  {
    is: 'a base image with a shell',
    image: { command: ['/bin/sh'] },
    imageClass: 'shell',
    verdicts: { starts: 'pass', identity: 'skip', stops: 'skip', 'survives-kill': 'skip' },
  },
  {
    is: 'a database that wants a password',
    image: {
      command: ['/start.sh'],
      exposedPorts: [5432],
      volumes: ['/var/lib/db'],
      files: {
        '/start.sh': `#!/bin/sh
if [ -z "$DB_PASSWORD" ]; then
  echo 'Error: Database is uninitialized and superuser password is not specified.' >&2
  echo '  You must specify DB_PASSWORD to a non-empty value.' >&2
  exit 1
fi
exec httpd -f -p 5432
`,
      },
    },
    imageClass: 'needs-config',
    verdicts: {
      starts: 'skip',
      'ports-listen': 'skip',
      stops: 'skip',
      restarts: 'skip',
      'survives-kill': 'skip',
      'volumes-persist': 'skip',
      writes: 'skip',
      identity: 'skip',
      // What it holds needs no settings.
      'entrypoint-resolves': 'pass',
      user: 'warn',
    },
    says: {
      starts: [
        'DB_PASSWORD',
        'password is not specified',
        'seatrial.yaml',
        '    run:\n      env:\n',
      ],
      stops: ['needs settings to run'],
    },
  },
  {
    is: 'a single static program that serves',
    image: { hasBusybox: false, command: ['/httpd', '-f', '-p', '8080'], exposedPorts: [8080] },
    profile: { run: { stop_timeout: '1s' } },
    imageClass: 'service',
    verdicts: {
      starts: 'pass',
      'ports-listen': 'pass',
      writes: 'pass',
      // It is the truth: busybox httpd has no handler, so that as PID 1 it ignores SIGTERM.
      stops: 'fail',
      restarts: 'pass',
      'survives-kill': 'pass',
    },
    says: { stops: ['PID 1 (`/httpd -f -p 8080`) has no handler for SIGTERM', 'tini'] },
  },
  {
    is: 'a single static program that serves no port',
    image: { hasBusybox: false, command: ['/syslogd', '-n', '-O', '-'] },
    imageClass: 'service',
    verdicts: { starts: 'pass', 'ports-listen': 'skip', stops: 'pass', restarts: 'pass' },
  },
  {
    is: 'files to copy from, without a command',
    image: { hasBusybox: false, files: { '/lib.txt': 'lib' } },
    imageClass: 'library',
    verdicts: {
      starts: 'skip',
      stops: 'skip',
      'ports-listen': 'skip',
      identity: 'skip',
      'entrypoint-resolves': 'skip',
      secrets: 'pass',
    },
    says: { starts: ['no command'] },
  },
];
