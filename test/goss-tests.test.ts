import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseYamlSource } from '../src/config/yaml-source.ts';
import { gossSuiteSchema } from '../src/config/suite-schema.ts';
import type { LayerEntry } from '../src/engine/image-archive.ts';
import { gjsonModifiers } from '../src/suites/goss/matchers/gjson-path.ts';
import { matchers } from '../src/suites/goss/matchers/compile-matcher.ts';
import { isRecord } from '../src/suites/goss/matchers/values.ts';
import { resourceKinds } from '../src/suites/goss/resources/index.ts';
import * as onlyGoss from '../src/suites/goss/resources/only-goss.ts';
import { templateFunctions } from '../src/suites/goss/template/template-functions.ts';
import { idle, verdictsInMemory } from '../src/suites/goss/testing/goss-bench.ts';
import { blocksOf } from './docs/markdown.ts';

const page = await readFile(join(import.meta.dirname, '..', 'docs', 'goss-tests.md'), 'utf8');
const blocks = blocksOf(page).map(({ lines }) => lines.join('\n'));
const files = blocks.filter((text) => text.startsWith('# goss.yaml\n'));
const configurations = blocks.filter((text) => !text.startsWith('# goss.yaml\n'));

/** The image that the examples are about. */
const image: readonly LayerEntry[] = [
  { path: '/bin/sh', contents: '', mode: 0o755 },
  { path: '/etc/passwd', contents: 'root:x:0:0::/root:/bin/sh\napp:x:1000:1000::/app:/bin/sh\n' },
  { path: '/etc/group', contents: 'root:x:0:\napp:x:1000:\n' },
  { path: '/etc/app.conf', contents: 'port=8080\n' },
  { path: '/etc/cron.conf', contents: '' },
  {
    path: '/var/lib/dpkg/status',
    contents: 'Package: bash\nStatus: install ok installed\nVersion: 5.2.15-2\n',
  },
];
const status = { version: '1.4.0', nodes: [{ role: 'leader', name: 'n1' }, { role: 'follower' }] };

let server: Server;
let port = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    response.setHeader('Content-Type', 'application/json');
    response.end(request.url === '/health' ? 'ok\n' : JSON.stringify(status));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address === 'object' && address !== null) port = address.port;
});

afterAll(() => {
  server.close();
});

async function verdicts(text: string): Promise<Readonly<Record<string, string>>> {
  return await verdictsInMemory({
    files: { 'goss.yaml': text },
    image,
    env: { VERSION: '1.4.0' },
    settings: { env: ['VERSION'] },
    service: {
      ...idle,
      sockets: async () => [
        { protocol: 'tcp', address: '0.0.0.0', port: 8080, isIpv6: false, isLoopback: false },
      ],
      processes: async () => ['server'],
      run: async () => ({ exitCode: 0, stdout: 'server 1.4.0\n', stderr: '' }),
      addressOf: async () => ({ host: '127.0.0.1', port }),
    },
  });
}

/** The rows of the table below a heading, each as the text of its cells. */
function rowsBelow(heading: string): readonly (readonly string[])[] {
  const [, section = ''] = page.split(`## ${heading}\n`);
  return (section.split('\n## ')[0] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line.split(/(?<!\\)\|/u).map((cell) => cell.trim().replaceAll(String.raw`\|`, '|')),
    )
    .map(([, ...cells]) => cells);
}

function wordsIn(text: string): readonly string[] {
  return [...text.matchAll(/`([^`\n]+)`/gu)].map(([, word = '']) => word);
}

describe('the examples of the page', () => {
  it.each(files.map((text, index) => [index + 1, text] as const))(
    'pass as files of goss: %i',
    async (_, text) => {
      const found = await verdicts(text);

      expect(Object.keys(found).length).toBeGreaterThan(2);
      expect(Object.entries(found).filter(([, verdict]) => verdict !== 'pass')).toEqual([]);
    },
  );

  it('are settings that the configuration takes', () => {
    const settings = configurations.map((text) => {
      const { value } = parseYamlSource('seatrial.yaml', text);
      return /^goss:/mu.test(text) && isRecord(value)
        ? value['goss']
        : /goss: (.+)/u.exec(text)?.[1];
    });

    expect(settings).toHaveLength(2);
    expect(settings.map((each) => gossSuiteSchema.parse(each).files)).toEqual([
      ['test/goss.yaml'],
      ['test/*.goss.yaml'],
    ]);
  });
});

describe('what the page says is refused', () => {
  const rows = rowsBelow('What is refused').map(([written = '']) => written.slice(1, -1));

  it.each(rows)('%s', async (written) => {
    const refused = verdicts(written);

    await expect(refused).rejects.toMatchObject({ code: 'GOSS_INVALID' });
    await expect(refused).rejects.toThrow(/^goss\.yaml:1:\d+: /mu);
  });

  it('is a table', () => {
    expect(rows.length).toBeGreaterThan(15);
  });
});

describe('the lists of the page', () => {
  it('have all types with their properties, and say which are gated and which need goss itself', () => {
    const rows = rowsBelow('Resources').map(([type = '', properties = '', from = '']) => ({
      type: wordsIn(type)[0],
      isGated: type.endsWith('*'),
      properties: wordsIn(properties).toSorted(),
      isToldByGoss: from === '`binary`',
    }));
    const kinds = resourceKinds.map((kind) => ({
      type: kind.type,
      isGated: kind.isGated,
      properties: Object.keys(kind.properties).toSorted(),
      isToldByGoss: Object.values(onlyGoss).includes(kind),
    }));

    expect(rows.toSorted(byType)).toEqual(kinds.toSorted(byType));
  });

  it('have all matchers, functions and modifiers', () => {
    const words = new Set(wordsIn(page));
    const all = [
      ...Object.keys(matchers),
      ...Object.keys(templateFunctions),
      ...gjsonModifiers.map((name) => `@${name}`),
    ];

    expect(all.filter((name) => !words.has(name))).toEqual([]);
  });
});

function byType(a: { readonly type?: string | undefined }, b: typeof a): number {
  return (a.type ?? '').localeCompare(b.type ?? '');
}
