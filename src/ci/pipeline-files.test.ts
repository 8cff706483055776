import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { providers } from './providers/index.ts';

const command = 'npx seatrial ci';

/** Where each service looks for its file. */
const places: Readonly<Record<string, string>> = {
  circleci: '.circleci/config.yml',
  github: '.github/workflows/ci.yml',
  gitlab: '.gitlab-ci.yml',
  travis: '.travis.yml',
  jenkins: 'Jenkinsfile',
  teamcity: '.teamcity/settings.kts',
  azure: 'azure-pipelines.yml',
  buildkite: '.buildkite/pipeline.yml',
  bitbucket: 'bitbucket-pipelines.yml',
  woodpecker: '.woodpecker.yml',
  drone: '.drone.yml',
};

const files = providers.map(({ name, id, pipelineFile }) => ({
  name,
  id,
  path: pipelineFile.path,
  text: pipelineFile.render({ command }),
}));
const isYaml = /\.ya?ml$/u;

describe('the file for a CI service', () => {
  it.each(files)('of $name is where it looks, and calls the one command', ({ id, path, text }) => {
    expect(path).toBe(places[id]);
    expect(text.split(command)).toHaveLength(2);
    expect(text).toMatch(/^(?:#|\/\/) Everything is in Seatrial: the same command/u);
    // A gate that cannot fail would be worse than none.
    expect(text).not.toMatch(/\|\| *(?:true|:)|allow_failure|continue-on-error|set \+e/u);
  });

  it.each(files.filter(({ path }) => isYaml.test(path)))(
    'of $name is YAML without a duplicate key',
    ({ text }) => {
      const document = parseDocument(text, { uniqueKeys: true });

      expect([...document.errors, ...document.warnings]).toEqual([]);
      expect(JSON.stringify(document.toJS())).toContain(command);
    },
  );

  it.each(files.filter(({ path }) => !isYaml.test(path)))(
    'of $name closes each bracket that it opens',
    ({ text }) => {
      const code = text.replaceAll(/"[^"]*"|'[^']*'|\/\/.*/gu, '');

      for (const [open, close] of [
        ['{', '}'],
        ['(', ')'],
        ['[', ']'],
      ] as const)
        expect(code.split(open).length, open).toBe(code.split(close).length);
    },
  );
});
