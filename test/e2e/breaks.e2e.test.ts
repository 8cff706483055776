import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { runReportSchema, type ReportedCase } from '../../src/report/report-document.ts';
import { runSeatrial } from './command-line.ts';
import { createExampleProject, type ExampleProject } from './example-project.ts';

const DOCKERFILE = 'dynamodb/Dockerfile';
const CONFIG = 'seatrial.yaml';

const CMD = 'CMD ["-sharedDb", "-dbPath", "/data", "-port", "8000"]';
const READY = '    ready: { http: GET 8000/ }\n    # From these come';
const ALL =
  'only: [starts, ports-listen, answers, writes, stops, restarts, survives-kill, ephemeral, volumes-persist]';
const CHECKS = `behaviour: { ${ALL} }`;
const SUITES = `    suites:
      script: test/{basics,ephemeral,persistent}.test.sh
      spec: test/dynamodb.spec.ts
`;
/** A server that can be told where to listen; DynamoDB Local cannot. */
const LOOPBACK_DOCKERFILE = `ARG BASE
FROM \${BASE}
COPY httpd /httpd
COPY --chown=1000:1000 data/ /data/
USER 1000:1000
VOLUME /data
EXPOSE 8000
ENTRYPOINT ["/httpd", "-f", "-p", "127.0.0.1:8000", "-h", "/data"]
`;

interface Told {
  /** What happened and why. */
  readonly message: RegExp;
  readonly evidence: RegExp;
  readonly fix: RegExp;
}

interface Break {
  readonly what: string;
  /** What somebody did to the example. */
  readonly make: (project: ExampleProject) => Promise<void>;
  /** The checks that look at it; a server of Java takes seconds to start for each. @default all that start one */
  readonly asks?: string;
  /** The cases that fail, and there must be no others, with what is said of each. */
  readonly fails: Readonly<Record<string, Told>>;
}

const breaks: readonly Break[] = [
  {
    what: 'ignores SIGTERM',
    asks: 'only: [starts, ports-listen, writes, stops]',
    make: async ({ edit }) => {
      // -Xrs: Java leaves the signals to the kernel, which drops them for process 1.
      await edit(DOCKERFILE, '"-Xshare:auto",', '"-Xshare:auto", "-Xrs",');
      await edit(CONFIG, READY, `    run: { stop_timeout: 2s }\n${READY}`);
    },
    fails: {
      stops: {
        message:
          /^Did not end within 2\.0 s of SIGTERM and was killed \(exit code 137\): PID 1 \(`\/usr\/bin\/java .*`\) has no handler for SIGTERM, and the kernel drops signals that PID 1 does not handle\.$/u,
        evidence: /CAUGHT IGNORED COMMAND\n\d+ .* -Xrs /u,
        fix: /^Handle SIGTERM in the program, set `STOPSIGNAL` to one that it handles, or put an init before it/u,
      },
    },
  },
  {
    what: 'writes data outside the volume',
    asks: 'only: [starts, answers, ephemeral, volumes-persist]',
    make: async ({ edit }) => {
      const copy = 'COPY --chown=1000:1000 data/ /data/';
      await edit(DOCKERFILE, copy, `${copy}\n${copy.replace('/data/', '/var/lib/dynamodb/')}`);
      await edit(DOCKERFILE, CMD, CMD.replace('/data', '/var/lib/dynamodb'));
    },
    fails: {
      'volumes-persist': {
        message:
          /^After replacement on the same volumes \(\/data\) `state\.read` does not find what was written: .* The data was written to \/var\/lib\/dynamodb\/shared-local-instance\.db, outside the volumes\.$/u,
        evidence: /^state\.read: \{"TableNames":\[\]\}\nWritten outside the volumes:\n/u,
        fix: /^Make the program keep its data under \/data, or declare `VOLUME \/var\/lib\/dynamodb`\.$/u,
      },
    },
  },
  {
    what: 'listens on 127.0.0.1 only',
    make: async ({ edit, write }) => {
      await write('dynamodb/httpd', await readFile('/bin/busybox'), 0o755);
      await write(DOCKERFILE, LOOPBACK_DOCKERFILE);
      await edit(CONFIG, READY, READY.replace(' }', ', timeout: 3s }'));
    },
    fails: {
      starts: {
        message:
          /^Not ready after .* s: waited for GET \/ on port 8000 .*; it listens on 127\.0\.0\.1:8000, which only the container itself can reach\.$/u,
        evidence: /^The log is empty\.$/u,
        fix: /^Make the server listen on 0\.0\.0\.0 \(or \[::\]\) instead of 127\.0\.0\.1 for port 8000\.$/u,
      },
      'ports-listen': {
        message:
          /^Port 8000 is open on the loopback address only: nobody outside the container can reach it\.$/u,
        evidence: /127\.0\.0\.1:8000/u,
        fix: /^Make the server listen on 0\.0\.0\.0/u,
      },
    },
  },
  {
    what: 'never becomes ready',
    make: async ({ edit }) => {
      await edit(DOCKERFILE, CMD, CMD.replace('8000', '8001'));
      await edit(CONFIG, READY, READY.replace(' }', ', timeout: 10s }'));
    },
    fails: {
      starts: {
        message:
          /^Not ready after 1\d s: waited for GET \/ on port 8000 to answer .*; it listens on 0\.0\.0\.0:8001\.$/u,
        // The last lines of its log.
        evidence: /^Port:\s+8001$/mu,
        fix: /^Make it listen on 8000, or correct `EXPOSE` and `ready` to 8001\.$/u,
      },
      'ports-listen': {
        message:
          /^Port 8000 is EXPOSEd, but nothing listens there; it listens on 0\.0\.0\.0:8001\.$/u,
        evidence: /^$/u,
        fix: /^Change `EXPOSE 8000` to `EXPOSE 8001`, or make the server listen there\.$/u,
      },
    },
  },
  {
    what: 'finds nothing after it was replaced',
    asks: 'only: [starts, answers, writes, ephemeral, volumes-persist]',
    make: async ({ edit }) => {
      await edit(DOCKERFILE, CMD, 'CMD ["-sharedDb", "-inMemory", "-port", "8000"]');
    },
    fails: {
      'volumes-persist': {
        message:
          /^After replacement on the same volumes \(\/data\) `state\.read` does not find what was written: .* Outside the volumes only temporary files were written: \/tmp\/.*\.so\.$/u,
        evidence: /^state\.read: \{"TableNames":\[\]\}$/u,
        fix: /^Make the program keep its data under \/data, on the disk before a write is confirmed/u,
      },
    },
  },
  {
    what: 'fails a script',
    asks: 'only: [starts, answers]',
    make: async ({ edit, write }) => {
      await edit(CONFIG, CHECKS, `${CHECKS}, script: test/refuses.test.sh`);
      await write(
        'test/refuses.test.sh',
        '#!/bin/sh\necho "the table is not there" >&2\nexit 1\n',
        0o755,
      );
    },
    fails: {
      'test/refuses.test.sh': {
        message: /^Ended with exit code 1$/u,
        evidence: /^the table is not there$/u,
        fix: /^Read the last lines of output, then run the script by hand to see it fail\.$/u,
      },
    },
  },
];

let project: ExampleProject;
let shipped: Readonly<Record<string, string>>;

describe('the example is refused, and the tags stay as they were, when it', () => {
  beforeAll(async () => {
    project = await createExampleProject();
    // The behaviour checks alone find five of the six, and those that start a container.
    await project.edit(CONFIG, SUITES, `    suites: { ${CHECKS} }\n`);
    project.keep();
    const sound = await runSeatrial(['ci', 'dynamodb'], project.at);
    if (sound.exitCode !== 0) throw new Error(`the sound example fails: ${sound.stdout}`);
    shipped = await project.tags();
  });

  afterEach(async () => await project.restore());
  afterAll(async () => await project[Symbol.asyncDispose]());

  test.for(breaks)('$what', async ({ make, asks = ALL, fails }) => {
    await make(project);
    await project.edit(CONFIG, ALL, asks);
    const path = join(project.folder, '.seatrial', 'report.json');

    const run = await runSeatrial(['ci', 'dynamodb', '--report', `json=${path}`], project.at);

    expect(run.exitCode, run.stdout + run.stderr).toBe(1);
    expect(Object.keys(shipped)).toHaveLength(3);
    expect(await project.tags()).toEqual(shipped);
    const failed = await failedCases(path);
    expect(failed.map(({ id }) => id).sort(), run.stdout).toEqual(Object.keys(fails).sort());
    for (const { id, message, evidence, fix, command } of failed) {
      expect(message).toMatch(fails[id]?.message ?? NOTHING);
      expect(evidence ?? '').toMatch(fails[id]?.evidence ?? NOTHING);
      expect(fix).toMatch(fails[id]?.fix ?? NOTHING);
      expect(command).toMatch(/localhost\/seatrial\/dynamodb:[0-9a-f]{16}/u);
      // The same stands on the terminal, where the person is.
      expect(run.stdout).toMatch(new RegExp(`^✗ test dynamodb \\w+ → ${id} `, 'mu'));
      expect(flat(run.stdout)).toContain(`fix ${flat(fix ?? '')}`);
    }
    expect(run.stdout).toMatch(
      /^- ship dynamodb  skipped: needs test:dynamodb:\w+, which failed$/mu,
    );
    expect(run.stdout.trimEnd()).toMatch(
      /^Failed after .*: test dynamodb .*Nothing was shipped\.$/mu,
    );
  });
});

const NOTHING = /^\b$/u;

/** Without the line breaks of the terminal. */
function flat(text: string): string {
  return text.replaceAll(/\s+/gu, ' ');
}

async function failedCases(path: string): Promise<readonly ReportedCase[]> {
  const report = runReportSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  return report.images.flatMap(({ cases }) => cases).filter(({ verdict }) => verdict === 'fail');
}
