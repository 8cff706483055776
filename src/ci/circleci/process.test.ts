import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { processCircleci, type ProcessAnswer, type ProcessRequest } from './index.ts';

const folder = join(import.meta.dirname, 'testing', 'processed');

async function process(
  name: string,
  request: Partial<ProcessRequest> = {},
): Promise<ProcessAnswer> {
  return processCircleci({
    folder: join(folder, name),
    env: {},
    file: 'config.yml',
    format: 'yaml',
    ...request,
  });
}

/** A case is a folder with `config.yml` and what becomes of it. */
describe('a configuration', () => {
  it.each(readdirSync(folder))('is written out: %s', async (name) => {
    const { output } = await process(name);

    expect(output).toBe(readFileSync(join(folder, name, 'expected.yml'), 'utf8'));
  });

  it('runs other workflows with other parameters, and says which do not run', async () => {
    const { remarks } = await process('commands');

    const { output } = await process('commands', { parameters: ['deploy=true', 'name=web'] });

    expect(remarks).toBe('not run: the condition of the workflow never does not hold\n');
    expect(output).toContain('  never:\n    jobs:\n      - unused\n');
    expect(output).toContain('docker build -t web:edge .');
  });

  it('knows of each value where it stands and what called it', async () => {
    const { output } = await process('commands', { format: 'json' });

    const { schema, provenance } = z
      .object({ schema: z.string(), provenance: z.record(z.string(), z.unknown()) })
      .parse(JSON.parse(output));
    expect(schema).toBe('seatrial.circleci-process/1');
    expect(provenance['/jobs/image/steps/3/run/command']).toEqual({
      file: 'config.yml',
      line: 14,
      column: 20,
      calls: [
        'workflow main at config.yml:47:3',
        'job image at config.yml:49:9',
        'command twice at config.yml:42:9',
        'command build at config.yml:26:9',
      ],
    });
  });

  it.each([
    ['parameters', 'deploy=maybe'],
    ['parameters', 'dploy=true'],
    ['parameters', 'deploy'],
    ['values', 'pipeline.git.brnch=x'],
  ])('refuses a value that it cannot take: CI_OPTION_INVALID, %s %s', async (option, text) => {
    await expect(process('commands', { [option]: [text] })).rejects.toMatchObject({
      code: 'CI_OPTION_INVALID',
    });
  });

  it('is drawn as a diagram of its workflows', async () => {
    const { output } = await process('matrix', { format: 'mermaid' });

    expect(output.split('\n').slice(0, 17)).toEqual([
      'flowchart LR',
      '  subgraph w0["main"]',
      '    w0j0["test-20-linux"]',
      '    w0j1["test-22-linux"]',
      '    w0j2["test-22-vm"]',
      '    w0j3["extra-18"]',
      '    w0j4(["hold"])',
      '    w0j5["ship"]',
      '    w0j0 --> w0j3',
      '    w0j0 --> w0j4',
      '    w0j1 --> w0j4',
      '    w0j2 --> w0j4',
      '    w0j4 --> w0j5',
      '    w0j0 --> w0j5',
      '    w0j1 --> w0j5',
      '    w0j2 --> w0j5',
      '  end',
    ]);
  });

  it('that CircleCI would refuse is told so, and not written out', async () => {
    const { output, isPassed } = await processCircleci({
      folder: join(folder, '..', 'cases', 'circle'),
      env: {},
      file: 'config.yml',
      format: 'yaml',
    });

    expect(isPassed).toBe(false);
    expect(output).toContain('config.yml: invalid: 2 errors');
  });
});
