import {
  HTTPD,
  plain,
  serviceScript,
  state,
  stateScript,
  stateful,
  type TrialImage,
} from './trial-image.ts';

/** Images that come up and do something wrong, or just right, with what they are to keep. */
export const keepers: readonly TrialImage[] = [
  {
    is: 'a server that forgets what it is told',
    image: stateful({
      files: { '/www/cgi-bin/state': stateScript.replace('"$DATA/state" &&', '/dev/null &&') },
    }),
    profile: { state },
    settings: { only: ['answers', 'ephemeral', 'volumes-persist'] },
    imageClass: 'service',
    verdicts: { answers: 'fail', ephemeral: 'skip', 'volumes-persist': 'skip' },
    says: {
      answers: ['does not find what `state.write` has just written', '404'],
      ephemeral: ['answers'],
    },
  },
  {
    is: 'a server that does not answer where state is written',
    image: stateful(),
    profile: { state: { ...state, write: { http: 'POST 9999/cgi-bin/state' } } },
    settings: { only: ['answers', 'ephemeral', 'volumes-persist'] },
    imageClass: 'service',
    verdicts: { answers: 'fail', ephemeral: 'skip', 'volumes-persist': 'skip' },
    says: { answers: ['`state.write` failed', 'port 9999'] },
  },
  {
    is: 'a server with state that commands write and read',
    image: stateful(),
    profile: {
      state: {
        write: { exec: ['sh', '-c', 'echo ahoy > /data/log'] },
        read: { exec: ['cat', '/data/log'], expect: 'ahoy' },
      },
    },
    settings: { only: ['answers', 'ephemeral', 'volumes-persist'] },
    imageClass: 'service',
    verdicts: { answers: 'pass', ephemeral: 'pass', 'volumes-persist': 'pass' },
  },
  {
    is: 'a state that is found where nothing was written',
    image: stateful({
      files: { '/data/state': { contents: 'Supervillains', uid: 10_001, gid: 10_001 } },
    }),
    profile: { state },
    settings: { only: ['answers', 'ephemeral'] },
    imageClass: 'service',
    verdicts: { ephemeral: 'fail' },
    says: { ephemeral: ['in which nothing was written', 'Narrow `state.read.expect`'] },
  },
  {
    is: 'a server that keeps its data outside the volume',
    image: stateful({
      env: { DATA: '/app' },
      files: { '/app': { isFolder: true, uid: 10_001, gid: 10_001, mode: 0o755 } },
    }),
    profile: { state },
    settings: { only: ['writes', 'volumes-persist'] },
    imageClass: 'service',
    verdicts: { writes: 'fail', 'volumes-persist': 'fail' },
    says: {
      'volumes-persist': ['/app/state, outside the volumes', 'under /data', 'VOLUME /app', '404'],
      writes: ['/app/state', 'nothing to /data'],
    },
  },
  {
    is: 'a server that empties its volume at each start',
    image: stateful({ script: serviceScript(HTTPD, { before: 'rm -rf /data/* /data/.[!.]*' }) }),
    profile: { state },
    settings: { only: ['volumes-persist'] },
    imageClass: 'service',
    verdicts: { 'volumes-persist': 'fail' },
    says: { 'volumes-persist': ['Nothing was written outside the volumes', '404'] },
  },
  {
    is: 'a server without a state block that empties its volume at each start',
    image: stateful({ script: serviceScript(HTTPD, { before: 'rm -rf /data/* /data/.[!.]*' }) }),
    settings: { only: ['volumes-persist'] },
    imageClass: 'service',
    verdicts: { 'volumes-persist': 'fail' },
    says: { 'volumes-persist': ['was removed when a new container started on it'] },
  },
  {
    is: 'a server that gives its volume to another owner at each start',
    image: stateful({
      user: '0',
      script: serviceScript(HTTPD, {
        before:
          'chown -R $((20000 + $(cut -c1-3 /proc/sys/kernel/random/uuid | sed "s/^/0x/"))) /data',
      }),
    }),
    settings: { only: ['volumes-persist'] },
    imageClass: 'service',
    verdicts: { 'volumes-persist': 'warn' },
    says: { 'volumes-persist': ['owner of a file in the volume /data changed'] },
  },
  {
    is: 'a server that refuses a used volume',
    image: stateful({
      script: serviceScript(HTTPD, {
        before: '[ -e /data/used ] && { echo "/data is not empty"; exit 1; }\ntouch /data/used',
      }),
    }),
    settings: { only: ['volumes-persist', 'survives-kill'] },
    imageClass: 'service',
    verdicts: { 'volumes-persist': 'fail', 'survives-kill': 'skip' },
    says: {
      'volumes-persist': ['does not come up', '/data is not empty', 'set up only what is missing'],
    },
  },
  {
    is: 'a server that writes a log file',
    image: plain(
      serviceScript(HTTPD, {
        before: 'mkdir -p /var/log; echo started > /var/log/app.log; echo 1 > /app.pid',
      }),
    ),
    settings: { only: ['writes'] },
    imageClass: 'service',
    verdicts: { writes: 'warn' },
    says: { writes: ['/var/log/app.log', 'may_write: [/var/log]', 'added /var/log/app.log (8 B)'] },
  },
  {
    is: 'a server that writes a log file where it may',
    image: plain(
      serviceScript(HTTPD, { before: 'mkdir -p /var/log; echo started > /var/log/app.log' }),
    ),
    settings: { only: ['writes'], may_write: ['/var/log'] },
    imageClass: 'service',
    verdicts: { writes: 'pass' },
  },
  {
    is: 'a server that writes much outside its volumes',
    image: plain(
      serviceScript(HTTPD, {
        before:
          'mkdir -p /var/lib/app; dd if=/dev/zero of=/var/lib/app/db bs=1M count=11 2>/dev/null',
      }),
    ),
    settings: { only: ['writes'] },
    imageClass: 'service',
    verdicts: { writes: 'fail' },
    says: { writes: ['11.0 MB', '/var/lib/app/db', 'VOLUME /var/lib/app'] },
  },
];
