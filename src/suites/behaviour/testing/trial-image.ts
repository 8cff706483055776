import type { CheckGroup } from '../../../config/check-groups.ts';
import type { ConfigInput } from '../../../config/schema.ts';
import type { ScratchImageOptions } from '../../../engine/testing/scratch-image.ts';
import type { Verdict } from '../../../kernel/verdict.ts';
import type { ImageClass } from '../image-class.ts';

/** An image of the table, and what the checks must say of it. */
export interface TrialImage {
  /** What is special in it; the test's name. */
  readonly is: string;
  readonly image: ScratchImageOptions;
  /** As in seatrial.yaml. @default none: the image alone */
  readonly profile?: Pick<ConfigInput['images'][string], 'ready' | 'run' | 'state'> | undefined;
  readonly settings?: TrialSettings | undefined;
  readonly imageClass: ImageClass;
  /** Check id to verdict. Checks that are not named must pass, warn or be skipped. */
  readonly verdicts: Readonly<Record<string, Verdict>>;
  /** Check id to what its message, reason, evidence and fix must say. */
  readonly says?: Readonly<Record<string, readonly string[]>> | undefined;
}

export interface TrialSettings {
  readonly only?: string[] | undefined;
  readonly skip?: Record<string, string> | undefined;
  readonly may_write?: string[] | undefined;
  readonly group?: CheckGroup | undefined;
  readonly refuses?: TrialRefusal[] | undefined;
}

/** As in seatrial.yaml. */
interface TrialRefusal {
  readonly env?: Record<string, string>;
  readonly command?: string[];
  readonly says?: string;
  readonly within?: string;
}

/**
 * A script that runs a server and ends on SIGTERM: the shell has a trap, and waits for its child in a way
 * that a signal interrupts.
 */
export function serviceScript(
  command: string,
  more: { readonly before?: string; readonly onStop?: string } = {},
): string {
  return [
    '#!/bin/sh',
    more.before ?? '',
    `${command} &`,
    'child=$!',
    `trap '${more.onStop ?? ''} kill $child; exit 0' TERM`,
    'wait $child',
    '',
  ].join('\n');
}

/** Busybox's server in the foreground. As PID 1 it has no handler for SIGTERM. */
export const HTTPD = 'httpd -f -p 8080 -h /www';

/** Keeps what is posted in a file of `$DATA`, and gives it back. */
export const stateScript = `#!/bin/sh
if [ "$REQUEST_METHOD" = POST ]; then
  head -c "$CONTENT_LENGTH" > "$DATA/state" && printf 'Status: 201 Created\\r\\n\\r\\nstored'
elif [ -f "$DATA/state" ]; then
  printf 'Content-Type: text/plain\\r\\n\\r\\n'; cat "$DATA/state"
else
  printf 'Status: 404 Not Found\\r\\n\\r\\nnothing stored'
fi
`;

/** A `state` block for `stateful`. */
export const state = {
  write: { http: 'POST /cgi-bin/state', body: 'Supervillains' },
  read: { http: '/cgi-bin/state', expect: 'Supervillains' },
};

/** A server with one stored value. Runs as a number, keeps its data in a volume, ends on SIGTERM. */
export function stateful(
  more: ScratchImageOptions & { readonly script?: string } = {},
): ScratchImageOptions {
  const { script, files, ...rest } = more;
  return {
    command: ['/start.sh'],
    env: { DATA: '/data' },
    exposedPorts: [8080],
    volumes: ['/data'],
    user: '10001',
    ...rest,
    files: {
      '/start.sh': script ?? serviceScript(HTTPD),
      '/www/cgi-bin/state': stateScript,
      '/data': { isFolder: true, uid: 10_001, gid: 10_001, mode: 0o755 },
      ...files,
    },
  };
}

/** A server without state. */
export function plain(script: string, more: ScratchImageOptions = {}): ScratchImageOptions {
  return {
    command: ['/start.sh'],
    exposedPorts: [8080],
    ...more,
    files: { '/start.sh': script, '/www/index.html': 'ahoy\n', ...more.files },
  };
}

/** For what never becomes ready: no test waits a minute for that. */
export const quick = { ready: { timeout: '4s' } } as const;
