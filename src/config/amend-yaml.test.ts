import { describe, expect, it } from 'vitest';
import { addToYaml } from './amend-yaml.ts';

const entry = {
  ready: { port: 80 },
  run: { env: { A: 'b' } },
  suites: { spec: 'test/app.spec.ts' },
};

describe('adding an image to a configuration', () => {
  it('makes a new file with remarks', () => {
    const { text, kept } = addToYaml(undefined, 'app', {
      entry,
      comments: ['state:', '  write: …'],
    });

    expect(kept).toEqual([]);
    expect(text).toMatch(/^# Written by `seatrial record`/u);
    expect(text).toContain('  app:\n    ready:\n      port: 80\n');
    expect(text).toMatch(/spec: test\/app\.spec\.ts\n {4}# state:\n {4}# {3}write: …\n$/u);
  });

  it('adds to what is there and changes nothing of it', () => {
    const before = `# mine
project: x
images:
  app: # the server
    run: { memory: 64m } # enough
    suites:
      behaviour: { group: full }
`;

    const { text, kept } = addToYaml(before, 'app', { entry, comments: [] });

    expect(kept).toEqual(['run']);
    for (const line of [
      '# mine',
      '# the server',
      'run: { memory: 64m } # enough',
      'behaviour: { group: full }',
      'spec: test/app.spec.ts',
      'port: 80',
    ])
      expect(text).toContain(line);
  });

  it('adds another image', () => {
    const { text } = addToYaml('images:\n  other: {}\n', 'app', { entry, comments: [] });

    expect(text).toContain('  other: {}\n');
    expect(text).toContain('  app:\n');
  });

  it('complains of what is no YAML: CONFIG_SYNTAX', () => {
    expect(() => addToYaml('images: [', 'app', { entry, comments: [] })).toThrow(
      expect.objectContaining({ code: 'CONFIG_SYNTAX' }),
    );
  });
});
