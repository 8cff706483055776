import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { migrateCircleci, validateCircleci } from './index.ts';

const folder = join(import.meta.dirname, 'testing', 'migrated');

/** A case is a folder with `circle.yml` and what becomes of it. */
describe('a circle.yml of CircleCI 1.0', () => {
  it.each(readdirSync(folder))('becomes version 2.1: %s', async (name) => {
    const { output } = await migrateCircleci({ folder: join(folder, name), env: {} });

    expect(output).toBe(readFileSync(join(folder, name, 'expected.yml'), 'utf8'));
  });

  it.each(readdirSync(folder))('becomes what CircleCI would take: %s', async (name) => {
    const { output } = await validateCircleci({
      folder: join(folder, name),
      env: {},
      file: 'expected.yml',
      format: 'text',
    });

    expect(output).toBe('expected.yml: valid\n');
  });

  it('that is no YAML is told so', async () => {
    const { output, isPassed } = await migrateCircleci({
      folder: join(folder, '..', 'cases', 'not-yaml'),
      env: {},
      file: 'config.yml',
    });

    expect(isPassed).toBe(false);
    expect(output).toContain('A tab is used for indentation.');
  });
});
