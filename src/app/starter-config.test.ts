import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadProject } from '../pipeline/project-load.ts';
import type { Project } from '../pipeline/project.ts';
import { renderStarterConfig } from './starter-config.ts';

async function load(folder: string): Promise<Project> {
  return await loadProject({ folder, env: {}, git: {}, checkIds: [] });
}

describe('the first configuration of a project', () => {
  it('keeps the tests that Docker Hub ran', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'starter-'));
    try {
      await writeFile(join(folder, 'Dockerfile'), 'FROM scratch\n');
      await writeFile(join(folder, 'docker-compose.test.yml'), 'sut:\n  build: .\n');
      const derived = await load(folder);

      await writeFile(join(folder, 'seatrial.yaml'), renderStarterConfig(derived, 'main'));
      const configured = await load(folder);

      expect(configured.images[0]?.suites).toEqual(derived.images[0]?.suites);
      expect(configured.images[0]?.suites.sut?.files).toEqual(['docker-compose.test.yml']);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
