import { renderSeconds } from '../render.ts';
import { portsOf } from './entry.ts';
import type { RecordedPort, Recording } from './recording.ts';

/** 137 is what is left of one that had to be killed: no test should want that. */
const KILLED = 137;

/** A spec file that asks for what was seen: it comes up, answers, and ends as it did. */
export function specOf(recording: Recording, name: string): string {
  const { end, imageClass } = recording;
  const ports = portsOf(recording);
  const title = (text: string): string => quoted(`${name} ${text}`);
  const tests =
    imageClass === 'one-shot'
      ? [oneShotTest(recording, title('does its work and ends with 0'))]
      : [
          ...(ports.length === 0 ? [upTest(title('comes up and stays up'))] : []),
          ...ports.map((port) => portTest(port, title(`answers on port ${String(port.port)}`))),
          ...(end.by === 'recorder' && end.exitCode !== undefined && end.exitCode !== KILLED
            ? [stopTest(end.exitCode, title(`ends on ${end.signal ?? 'its stop signal'}`))]
            : []),
        ];
  const needsNet = ports.some(({ speaks }) => speaks?.kind !== 'http') && imageClass !== 'one-shot';
  return [
    ...(needsNet
      ? ["import { once } from 'node:events';", "import { connect } from 'node:net';"]
      : []),
    "import { expect, test } from 'seatrial/test';",
    '',
    `// Recorded by \`seatrial record\`: ${said(recording)}`,
    ...tests.flatMap((test) => [test, '']),
  ]
    .join('\n')
    .replace(/\n+$/u, '\n');
}

function said({ outcome, end }: Recording): string {
  const up =
    outcome?.state === 'ready'
      ? `ready after ${renderSeconds(outcome.durationMs)}`
      : `ended after ${renderSeconds(outcome?.durationMs ?? 0)}`;
  const code = end.exitCode === undefined ? '' : `, exit code ${String(end.exitCode)} in the end`;
  return `${up}${code}.`;
}

function test(title: string, lines: readonly string[]): string {
  return [
    `test(${title}, async ({ run }) => {`,
    ...lines.map((line) => (line === '' ? '' : `  ${line}`)),
    '});',
  ].join('\n');
}

function oneShotTest({ firstLine }: Recording, title: string): string {
  return test(title, [
    'const job = await run();',
    '',
    'expect((await job.inspect()).exitCode).toBe(0);',
    ...(firstLine === undefined || !isLasting(firstLine)
      ? []
      : [`expect(await job.logs()).toContain(${quoted(firstLine.trim())});`]),
  ]);
}

/** As people write it where they can. */
function quoted(text: string): string {
  return /['\\]/u.test(text) ? JSON.stringify(text) : `'${text}'`;
}

/** A line with a number may have another one next time. */
function isLasting(line: string): boolean {
  return !/\d/u.test(line);
}

function upTest(title: string): string {
  return test(title, [
    'const app = await run();',
    '',
    'expect((await app.inspect()).isRunning).toBe(true);',
  ]);
}

function portTest({ port, isExposed, speaks }: RecordedPort, title: string): string {
  const open = isExposed
    ? 'const app = await run();'
    : `const app = await run({ ports: [${String(port)}] });`;
  if (speaks?.kind === 'http')
    return test(title, [
      open,
      '',
      `const answer = await fetch(\`\${app.url(${String(port)})}/\`);`,
      '',
      `expect(answer.status).toBe(${String(speaks.status)});`,
    ]);
  return test(title, [
    open,
    '',
    `const client = connect(app.address(${String(port)}));`,
    "await once(client, 'connect');",
    '',
    `expect(client.remotePort).toBe(app.address(${String(port)}).port);`,
    'client.destroy();',
  ]);
}

function stopTest(exitCode: number, title: string): string {
  return test(title, [
    'const app = await run();',
    '',
    `expect(await app.stop()).toBe(${String(exitCode)});`,
  ]);
}
