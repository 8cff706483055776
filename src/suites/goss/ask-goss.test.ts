import { describe, expect, it } from 'vitest';
import { extract } from 'tar-stream';
import { buffer } from 'node:stream/consumers';
import { EngineError } from '../../engine/errors.ts';
import type { Judgement } from '../case-book.ts';
import { gossSuiteSchema } from '../../config/suite-schema.ts';
import { askGoss } from './ask-goss.ts';
import { planProperties } from './judge-gossfiles.ts';
import { loadGossfiles } from './load-gossfiles.ts';
import { idle, withProject } from './testing/goss-bench.ts';
import type { RunEnd, Service, ServiceState } from './world.ts';

const goss = `dns: { localhost: { resolvable: true, addrs: [127.0.0.1] } }
mount: { /data: { exists: true, vfs-opts: [rw], usage: { lt: 90 } } }
service: { sshd: { enabled: true, running: "{{"{{"}}" } }
`;

const results: Readonly<Record<string, unknown>> = {
  dns: [
    {
      property: 'resolvable',
      result: 0,
      'summary-line-compact': 'DNS: localhost: resolvable: matches',
    },
    {
      property: 'addrs',
      result: 1,
      err: null,
      'summary-line': 'Expected\\n  []',
      'summary-line-compact': 'DNS: localhost:\n addrs: Expected []',
    },
  ],
  mount: [
    { property: 'exists', result: 0 },
    { property: 'vfs-opts', result: 2 },
  ],
  service: [
    { property: 'enabled', result: 0 },
    { property: 'running', result: 0 },
  ],
};

/** What was put into the container. */
type Put = Map<string, { readonly mode: number | undefined; readonly text: string }>;

async function read(tar: Uint8Array, put: Put): Promise<void> {
  const entries = extract();
  entries.end(Buffer.from(tar));
  for await (const entry of entries) {
    const { name, mode } = entry.header;
    put.set(name, { mode, text: (await buffer(entry)).toString() });
  }
}

/** Says of each type what `results` has for it. */
function answering(put: Put, runs: string[][]): Service {
  return {
    ...idle,
    put: async (_, tar) => await read(tar, put),
    run: async (argv) => {
      runs.push([...argv]);
      const file = put.get((argv[2] ?? '').slice(1))?.text ?? '';
      const type = /^\{"([^"]+)"/u.exec(file)?.[1] ?? '';
      return { exitCode: 1, stdout: JSON.stringify({ results: results[type] }), stderr: '' };
    },
  };
}

async function ask(
  service: ServiceState | Service,
  files: Readonly<Record<string, string>> = { goss: 'the program' },
): Promise<readonly (readonly [string, Judgement])[]> {
  return await withProject({ 'goss.yaml': goss, ...files }, async (projectFolder) => {
    const settings = gossSuiteSchema.parse('goss.yaml');
    const loaded = await loadGossfiles(settings, { projectFolder, env: {} });
    const state: ServiceState = 'state' in service ? service : { state: 'up', service };
    const answers = await askGoss(
      loaded.flatMap(({ resources }) => resources),
      {
        binary: 'goss',
        projectFolder,
        timeoutMs: 2000,
        world: {
          ref: 'app',
          env: {},
          unseen: [],
          service: async () => state,
          files: async () => await Promise.reject(new Error('no file is asked for')),
        },
      },
    );
    return planProperties(loaded, 'app').map((each) => [
      each.id.replace('goss.yaml > ', ''),
      answers(each),
    ]);
  });
}

describe('the goss of the user', () => {
  it('is put beside its files, started by its path, and its results are taken over', async () => {
    const put: Put = new Map();
    const runs: string[][] = [];

    const judgements = Object.fromEntries(await ask(answering(put, runs)));

    expect(put.get('.seatrial-goss/goss')).toEqual({ mode: 0o755, text: 'the program' });
    expect(put.get('.seatrial-goss/r0.json')?.text).toBe(
      '{"dns":{"localhost":{"resolvable":true,"addrs":["127.0.0.1"]}}}',
    );
    expect(runs[0]?.join(' ')).toBe(
      '/.seatrial-goss/goss --gossfile /.seatrial-goss/r0.json validate --format json --no-color',
    );
    expect(judgements).toEqual({
      'dns: localhost: resolvable': { complaints: [] },
      'dns: localhost: addrs': {
        complaints: [
          {
            message: 'goss says: DNS: localhost: addrs: Expected []',
            fix: 'Compare what goss found with what the test asks for, and correct one of them.',
          },
        ],
        evidence: 'Expected\\n  []',
      },
      'service: sshd: enabled': { complaints: [] },
      'service: sshd: running': { complaints: [] },
      'mount: /data: exists': { complaints: [] },
      'mount: /data: vfs-opts': { dropped: 'goss skipped it.' },
      'mount: /data: usage': {
        complaints: [
          {
            message: '`usage` of /data got no result from goss',
            fix: 'Run your goss by hand to see why.',
          },
        ],
      },
    });
  });

  it('finds no template in what was rendered already', async () => {
    const put: Put = new Map();

    await ask(answering(put, []));

    const texts = [...put.values()].map(({ text }) => text);
    expect(texts.join('')).not.toContain('{{');
    expect(
      texts.map((text) => (text.startsWith('{') ? JSON.stringify(JSON.parse(text)) : '')).join(''),
    ).toContain('"running":"{{"');
  });

  it('fails every test, with the log, when the container is not ready', async () => {
    const judgements = await ask({
      state: 'down',
      problem: 'cannot be told: it ended',
      fix: 'Read.',
      evidence: 'boom',
    });

    expect(judgements[0]?.[1]).toEqual({
      complaints: [{ message: 'This cannot be told: it ended', fix: 'Read.' }],
      evidence: 'boom',
    });
  });

  it.each<[string, Partial<Service>, string]>([
    [
      'cannot be put there',
      {
        put: async () =>
          await Promise.reject(new EngineError('ENGINE_REFUSED_REQUEST', 'read-only')),
      },
      'goss could not be put into the container: read-only',
    ],
    [
      'is no goss',
      {
        run: async (): Promise<RunEnd> => ({
          exitCode: 126,
          stdout: 'exec format error',
          stderr: '',
        }),
      },
      'goss ended with exit code 126 and gave no results: exec format error',
    ],
    [
      'does not end',
      { run: async (): Promise<RunEnd> => ({ timeoutMs: 2000 }) },
      'goss did not end within 2 s',
    ],
  ])('GOSS_BINARY_FAILED: %s', async (_, service, message) => {
    await expect(ask({ ...idle, ...service })).rejects.toMatchObject({
      code: 'GOSS_BINARY_FAILED',
      message,
    });
  });

  it('GOSS_BINARY_FAILED: is not there', async () => {
    await expect(ask(idle, {})).rejects.toMatchObject({
      code: 'GOSS_BINARY_FAILED',
      message: 'there is no goss, which `suites.goss.binary` names',
    });
  });
});
