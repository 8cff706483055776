import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Benchmark } from './benchmark.ts';
import { measureChecks, seconds } from './rig/measure-checks.ts';
import { temporaryFolder } from './rig/temporary-folder.ts';

/** Ready 0.2 s after its start, with a volume and state. */
const dockerfile = `FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
COPY --chmod=755 start.sh state /www/cgi-bin/
RUN mkdir /data && chown 10001:10001 /data
VOLUME /data
USER 10001
EXPOSE 8080
CMD ["/www/cgi-bin/start.sh"]
`;
const start = `#!/bin/sh
sleep 0.2
httpd -f -p 8080 -h /www &
child=$!
trap 'kill $child; exit 0' TERM
wait $child
`;
const state = `#!/bin/sh
[ "$REQUEST_METHOD" = POST ] && head -c "$CONTENT_LENGTH" > /data/state
printf 'Content-Type: text/plain\\r\\n\\r\\n'
cat /data/state
`;
const config = `
project: bench
images:
  quick:
    state:
      write: { http: POST /cgi-bin/state, body: ahoy }
      read: { http: /cgi-bin/state, expect: ahoy }
`;

export const standard: Benchmark = {
  name: 'standard',
  figure: 'the checks of `standard` on a server that is ready in 0.2 s, against its slowest check',
  unit: 'x',
  limit: { atMost: 3 },
  async run() {
    await using folder = await temporaryFolder('standard');
    await mkdir(folder.path, { recursive: true });
    await Promise.all([
      writeFile(join(folder.path, 'seatrial.yaml'), config),
      writeFile(join(folder.path, 'Dockerfile'), dockerfile),
      writeFile(join(folder.path, 'start.sh'), start),
      writeFile(join(folder.path, 'state'), state),
      copyFile('/bin/busybox', join(folder.path, 'busybox')),
    ]);
    const found = await measureChecks({ folder: folder.path }, 'quick');
    if (found.wholeMs > 12_000) throw new Error(`it took ${seconds(found.wholeMs)}, not 12 s`);
    return { ...found, value: found.wholeMs / found.slowestMs };
  },
};
