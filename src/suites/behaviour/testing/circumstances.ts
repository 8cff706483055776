import { HTTPD, plain, serviceScript, stateful, type TrialImage } from './trial-image.ts';

/** Nobody else may look into it. */
const owner = { uid: 10_001, gid: 10_001, mode: 0o700 };

const CHECKS = [
  'early-stop',
  'read-only',
  'arbitrary-user',
  'restricted',
  'offline',
  'small-box',
  'terminal',
];

/** One that needs nothing of what is taken from it, and one that needs all of it. */
export const circumstances: readonly TrialImage[] = [
  {
    is: 'a server that needs nothing but its volume',
    image: stateful(),
    settings: { only: CHECKS },
    imageClass: 'service',
    verdicts: {
      'early-stop': 'pass',
      'read-only': 'pass',
      'arbitrary-user': 'pass',
      restricted: 'pass',
      offline: 'pass',
      'small-box': 'pass',
      terminal: 'pass',
    },
    says: {
      'read-only': ['--read-only --tmpfs /tmp --tmpfs /run'],
      restricted: ['--cap-drop ALL --cap-add NET_BIND_SERVICE --security-opt no-new-privileges'],
    },
  },
  {
    is: 'a server that needs the root, its owner, a network, memory and no terminal',
    image: plain(
      serviceScript(HTTPD, {
        before: `
sleep 0.5
set -e
[ ! -t 0 ]
touch /core /own/file
ip route | grep -q default
dd if=/dev/zero of=/dev/null bs=300M count=1 2>/dev/null`,
      }),
      {
        user: 'app',
        files: {
          ...passwd(),
          '/own': { isFolder: true, ...owner },
          '/core': { contents: '', ...owner },
        },
      },
    ),
    profile: {
      run: { stop_timeout: '1s' },
    },
    settings: { only: CHECKS },
    imageClass: 'service',
    verdicts: {
      'early-stop': 'fail',
      'read-only': 'fail',
      'arbitrary-user': 'fail',
      restricted: 'fail',
      offline: 'fail',
      'small-box': 'fail',
      terminal: 'fail',
    },
    says: {
      'early-stop': ['was killed'],
      'read-only': ['/core', 'nothing can be mounted on the root'],
      'arbitrary-user': ['chgrp -R 0'],
      restricted: ['non-numeric user (app)', 'USER 10001'],
      offline: ['without a network'],
      'small-box': ['256.0 MB'],
      terminal: ['with a terminal', '-it'],
    },
  },
];

function passwd(): Readonly<Record<string, string>> {
  return { '/etc/passwd': 'root:x:0:0::/:/bin/sh\napp:x:10001:10001::/:/bin/sh\n' };
}
