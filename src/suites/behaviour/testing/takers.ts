import { HTTPD, plain, serviceScript, state, stateful, type TrialImage } from './trial-image.ts';

const ASKED = ['flags', 'refuses-bad-config'];

/** Images that are killed over their data, given flags or wrong settings, or put on another host. */
export const takers: readonly TrialImage[] = [
  {
    is: 'a server with state that is killed and replaced',
    image: stateful(),
    profile: { state },
    settings: { only: ['kill-replace'] },
    imageClass: 'service',
    verdicts: { 'kill-replace': 'pass' },
    says: { 'kill-replace': ['finds what was written', 'the first start took'] },
  },
  {
    is: 'a server that writes to its volume only when it is stopped',
    image: stateful({
      env: { DATA: '/tmp' },
      script: serviceScript(HTTPD, {
        before: 'mkdir -p /tmp; cp /data/state /tmp/state 2>/dev/null',
        onStop: 'cp /tmp/state /data/state;',
      }),
    }),
    profile: { state },
    settings: { only: ['kill-replace'] },
    imageClass: 'service',
    verdicts: { 'kill-replace': 'warn' },
    says: { 'kill-replace': ['does not find what was written', '404', 'fsync'] },
  },
  {
    is: 'a server that answers flags and refuses a wrong port',
    image: {
      ...plain(
        `#!/bin/sh
case "$PORT" in *[!0-9]*) echo "PORT is no number: $PORT" >&2; exit 2;; esac
case "$1" in
  --version) echo 'server 1.2'; exit 0;;
  -*) echo "unknown option $1" >&2; exit 64;;
esac
exec "$@"
`,
      ),
      entrypoint: ['/start.sh'],
      command: ['/bin/httpd', '-f', '-p', '8080', '-h', '/www'],
    },
    settings: {
      only: ASKED,
      refuses: [{ env: { PORT: 'none' }, says: 'PORT is no number', within: '60s' }],
    },
    imageClass: 'service',
    verdicts: { flags: 'pass', 'refuses-bad-config': 'pass' },
    says: {
      flags: ['`--version` ends with 0', '`--help` it does not know (exit code 64)'],
      'refuses-bad-config': ['another PORT'],
    },
  },
  {
    is: 'a server that drops what it is given, and takes any setting',
    image: { ...plain(serviceScript(HTTPD)), entrypoint: ['/start.sh'], command: [] },
    settings: { only: ASKED, refuses: [{ env: { PORT: 'none' }, within: '1s' }] },
    imageClass: 'service',
    verdicts: { flags: 'warn', 'refuses-bad-config': 'fail' },
    says: {
      flags: ['starts as ever', 'exec server "$@"'],
      'refuses-bad-config': ['it goes on', 'exit with 1'],
    },
  },
];

/** The same, where other images stand for them. */
export const moreTakers: readonly TrialImage[] = [
  {
    is: 'a server that runs on any host',
    image: stateful(),
    settings: { only: ['other-host'] },
    imageClass: 'service',
    verdicts: { 'other-host': 'pass' },
    says: { 'other-host': ['and with IPv6', 'Tried on an engine that runs'] },
  },
  {
    is: 'a server that locks its volume, and has no room for a long name',
    image: stateful({
      script: serviceScript(HTTPD, {
        before: `[ "$(hostname | wc -c)" -lt 40 ] || { echo "name of the host: too long"; exit 1; }
[ "$(cat /data/lock 2>/dev/null || hostname)" = "$(hostname)" ] || { echo "/data/lock: locked by another host"; exit 1; }
hostname > /data/lock`,
        onStop: 'rm /data/lock;',
      }),
    }),
    settings: { only: ['kill-replace', 'other-host'] },
    imageClass: 'service',
    verdicts: { 'kill-replace': 'warn', 'other-host': 'fail' },
    says: {
      'kill-replace': ['does not come up', 'locked by another host', 'Remove a stale lock'],
      'other-host': ['without IPv6', 'name of the host: too long', 'Listen on 0.0.0.0'],
    },
  },
  {
    is: 'a tool that does the same whatever it is asked for',
    image: { entrypoint: ['/do.sh'], files: { '/do.sh': '#!/bin/sh\necho done\n' } },
    settings: { only: ASKED, refuses: [{ command: ['--wrong'] }] },
    imageClass: 'one-shot',
    verdicts: { flags: 'warn', 'refuses-bad-config': 'fail' },
    says: { flags: ['with the same words'], 'refuses-bad-config': ['it ends with 0'] },
  },
  {
    is: 'an entrypoint that runs commands, and knows no flags',
    image: {
      ...plain('#!/bin/sh\nexec "$@"\n'),
      entrypoint: ['/start.sh'],
      command: ['sleep', '1000'],
      exposedPorts: [],
    },
    settings: { only: ['flags'] },
    imageClass: 'service',
    verdicts: { flags: 'skip' },
    says: { flags: ['for a command'] },
  },
];
