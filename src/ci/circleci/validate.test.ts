import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { validateCircleci } from './index.ts';

const folder = join(import.meta.dirname, 'testing', 'cases');
const cases = readdirSync(folder);

async function validate(name: string, format: 'text' | 'json' = 'text'): Promise<string> {
  const { output } = await validateCircleci({
    folder: join(folder, name),
    env: {},
    file: 'config.yml',
    format,
  });
  return output;
}

/** A case is a folder with `config.yml` and what is said of it. */
describe('a configuration', () => {
  it.each(cases)('is told what is wrong with it: %s', async (name) => {
    const output = await validate(name);

    expect(output).toBe(readFileSync(join(folder, name, 'expected.txt'), 'utf8'));
  });

  it('is there for every kind of problem', () => {
    expect(cases.length).toBeGreaterThan(12);
  });
});
