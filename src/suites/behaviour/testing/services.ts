import { HTTPD, plain, serviceScript, state, stateful, type TrialImage } from './trial-image.ts';

/** Images that come up and then do something wrong, or just right. */
export const services: readonly TrialImage[] = [
  {
    is: 'a server that does everything right',
    image: stateful(),
    profile: { state },
    imageClass: 'service',
    verdicts: {
      starts: 'pass',
      'ports-listen': 'pass',
      answers: 'pass',
      identity: 'pass',
      writes: 'pass',
      'unexposed-listeners': 'pass',
      speaks: 'pass',
      logs: 'pass',
      stops: 'pass',
      restarts: 'pass',
      'survives-kill': 'pass',
      ephemeral: 'pass',
      'volumes-persist': 'pass',
    },
    says: { 'survives-kill': ['what was written is still there'], ephemeral: ['404'] },
  },
  {
    is: 'a server with a volume and no state block',
    image: stateful(),
    imageClass: 'service',
    verdicts: {
      ephemeral: 'skip',
      'volumes-persist': 'pass',
      restarts: 'pass',
      'survives-kill': 'pass',
    },
    says: { 'volumes-persist': ['leaves what is in them alone'] },
  },
  {
    is: 'a healthy server whose owner knows better',
    image: plain(serviceScript(HTTPD), {
      healthcheck: { test: ['CMD', 'true'], intervalMs: 3_600_000 },
      user: 'nobody',
    }),
    settings: { skip: { restarts: 'started once per host' } },
    imageClass: 'service',
    verdicts: { starts: 'pass', restarts: 'skip', identity: 'pass' },
    says: {
      starts: ['health check says healthy'],
      restarts: ['started once per host'],
      identity: ['by the name `nobody`', 'runAsNonRoot'],
    },
  },
  {
    is: 'a server that opens one of two ports',
    image: plain(serviceScript(HTTPD), { exposedPorts: [8080, 8443] }),
    settings: { only: ['starts', 'ports-listen'] },
    imageClass: 'service',
    verdicts: { starts: 'pass', 'ports-listen': 'warn' },
    says: { 'ports-listen': ['8443', 'Remove 8443 from `EXPOSE`'] },
  },
  {
    is: 'a server that opens a port in secret and keeps its log to itself',
    image: plain(
      serviceScript('httpd -f -p 8080 -h /app', {
        before: 'httpd -p 9000 -h /www; mkdir -p /var/log; echo served > /var/log/access.log',
      }),
      {
        files: {
          '/app/cgi-bin/index.cgi':
            "#!/bin/sh\nprintf 'Status: 503 Service Unavailable\\r\\n\\r\\n'\n",
        },
      },
    ),
    settings: { only: ['unexposed-listeners', 'logs', 'speaks'] },
    imageClass: 'service',
    verdicts: { 'unexposed-listeners': 'warn', logs: 'warn', speaks: 'warn' },
    says: {
      'unexposed-listeners': ['9000', 'opened by `httpd`', 'EXPOSE 9000'],
      speaks: ['port 8080 (HTTP 503)'],
      logs: ['ln -sf /dev/stdout /var/log/access.log'],
    },
  },
  {
    is: 'a server that says its password aloud',
    image: plain(
      serviceScript(`${HTTPD} -r "$API_TOKEN"`, {
        before: 'echo "password: $DB_PASSWORD"; echo "$DB_PASSWORD" > /app.conf',
      }),
      { env: { API_TOKEN: '', DB_PASSWORD: 'from the image' } },
    ),
    settings: { only: ['secret-hygiene'] },
    imageClass: 'service',
    verdicts: { 'secret-hygiene': 'warn' },
    says: {
      'secret-hygiene': [
        'the value of DB_PASSWORD in its log',
        'the value of API_TOKEN in the arguments',
        '/app.conf holds DB_PASSWORD',
      ],
    },
  },
  {
    is: 'a shell that keeps SIGTERM to itself',
    image: plain(`#!/bin/sh\n${HTTPD}\nexit 0\n`),
    profile: { run: { stop_timeout: '1s' } },
    settings: { only: ['stops'] },
    imageClass: 'service',
    verdicts: { stops: 'fail' },
    says: { stops: ['PID 1 is a shell', 'does not pass SIGTERM on', 'exec'] },
  },
  {
    is: 'a program that ignores SIGTERM',
    image: plain(`#!/bin/sh\ntrap '' TERM\n${HTTPD} &\nwait\n`),
    profile: { run: { stop_timeout: '1s' } },
    settings: { only: ['stops'] },
    imageClass: 'service',
    verdicts: { stops: 'fail' },
    says: { stops: ['ignores SIGTERM', 'STOPSIGNAL'] },
  },
  {
    is: 'a shell that runs its trap only after its child',
    image: plain(`#!/bin/sh\ntrap 'exit 0' TERM\n${HTTPD}\n`),
    profile: { run: { stop_timeout: '1s' } },
    settings: { only: ['stops'] },
    imageClass: 'service',
    verdicts: { stops: 'fail' },
    says: { stops: ['a shell runs traps only after its foreground child', '`wait`'] },
  },
  {
    is: 'a server that ends on SIGTERM with exit code 3',
    image: plain(serviceScript(HTTPD, { onStop: 'echo bye; exit 3;' })),
    settings: { only: ['stops'] },
    imageClass: 'service',
    verdicts: { stops: 'warn' },
    says: { stops: ['exit code 3', 'bye'] },
  },
  {
    is: 'a server that ends by itself when it is used',
    image: plain(`#!/bin/sh
${HTTPD} &
until [ -e /tmp/used ]; do usleep 20000; done
echo out of luck
exit 4
`),
    profile: {
      state: { write: { exec: ['touch', '/tmp/used'] }, read: { exec: ['sleep', '30'] } },
    },
    settings: { only: ['answers', 'stops'] },
    imageClass: 'service',
    verdicts: { answers: 'fail', stops: 'fail' },
    says: { stops: ['ended by itself with exit code 4', 'out of luck'] },
  },
  {
    is: 'a server that goes to the background and is up until its parent ends',
    image: plain(
      '#!/bin/sh\nhttpd -p 8080 -h /www\nuntil [ -e /tmp/used ]; do usleep 20000; done\n',
    ),
    profile: {
      state: { write: { exec: ['touch', '/tmp/used'] }, read: { exec: ['sleep', '30'] } },
    },
    settings: { only: ['starts', 'answers', 'stops'] },
    imageClass: 'service',
    verdicts: { starts: 'pass', answers: 'fail', stops: 'fail' },
    says: { stops: ['ended by itself with exit code 0', 'foreground', 'daemon mode'] },
  },
  {
    is: 'a server that ends on its own stop signal',
    image: plain(`#!/bin/sh\n${HTTPD} &\ntrap 'exit 0' QUIT\nwait\n`, { stopSignal: 'SIGQUIT' }),
    settings: { only: ['stops'] },
    imageClass: 'service',
    verdicts: { stops: 'pass' },
    says: { stops: ['SIGQUIT'] },
  },
  {
    is: 'a server that a stale pid file stops',
    image: plain(
      serviceScript(HTTPD, {
        before:
          '[ -e /app.pid ] && { echo "app.pid exists: already running"; exit 1; }\necho 1 > /app.pid',
      }),
    ),
    settings: { only: ['restarts', 'survives-kill'] },
    imageClass: 'service',
    verdicts: { restarts: 'fail', 'survives-kill': 'skip' },
    says: { restarts: ['does not come up a second time', 'pid file', 'already running'] },
  },
  {
    is: 'a server that cleans up only when it is stopped',
    image: plain(
      serviceScript(HTTPD, {
        before:
          '[ -e /app.pid ] && { echo "app.pid exists: already running"; exit 1; }\necho 1 > /app.pid',
        onStop: 'rm /app.pid;',
      }),
    ),
    settings: { only: ['restarts', 'survives-kill'] },
    imageClass: 'service',
    verdicts: { restarts: 'pass', 'survives-kill': 'fail' },
    says: { 'survives-kill': ['after SIGKILL', 'pid file'] },
  },
  {
    is: 'a server whose log says ready only the first time',
    image: plain(
      serviceScript(HTTPD, {
        before: 'if [ -e /was-here ]; then exec sleep 1000; fi\ntouch /was-here; echo up and ready',
      }),
    ),
    profile: { ready: { log: 'up and ready', timeout: '4s' } },
    settings: { only: ['survives-kill'] },
    imageClass: 'service',
    verdicts: { 'survives-kill': 'fail' },
    says: { 'survives-kill': ['waited for a log line'] },
  },
  {
    is: 'an entrypoint that hands over to another command',
    image: {
      ...plain('#!/bin/sh\nexec "$@"\n'),
      entrypoint: ['/start.sh'],
      command: ['sleep', '1000'],
      exposedPorts: [],
    },
    settings: { only: ['override-cmd'] },
    imageClass: 'service',
    verdicts: { 'override-cmd': 'pass' },
  },
  {
    is: 'an entrypoint that does its own work whatever it is asked for',
    image: { entrypoint: ['/do.sh'], files: { '/do.sh': '#!/bin/sh\necho "done: $*"\n' } },
    settings: { only: ['override-cmd'] },
    imageClass: 'one-shot',
    verdicts: { 'override-cmd': 'warn' },
    says: { 'override-cmd': ['ended without printing the line', 'exec "$@"'] },
  },
  {
    is: 'a single program that can be asked for nothing else',
    image: { hasBusybox: false, entrypoint: ['/syslogd'], command: ['-n', '-O', '-'] },
    settings: { only: ['override-cmd'] },
    imageClass: 'service',
    verdicts: { 'override-cmd': 'skip' },
    says: { 'override-cmd': ['no `echo`'] },
  },
];
