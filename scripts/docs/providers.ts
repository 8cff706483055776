import type { Provider } from '../../src/ci/provider.ts';
import { providers } from '../../src/ci/providers/index.ts';
import { code, renderPage, renderTable } from './markdown.ts';

export function renderProviders(): string {
  const rows = providers.map((provider) => [
    code(provider.id),
    `[${provider.name}](${provider.docs})`,
    variablesOf(provider).map(code).join(', '),
    code(provider.pipelineFile.path),
  ]);
  return renderPage('CI providers', [
    'Where build number, branch, tag, commit and pull request come from. The first provider that recognises its environment wins; without one, git is asked.',
    renderTable(['id', 'service', 'variables', '`seatrial init` writes'], rows),
  ]);
}

/** What a provider asks for in an environment where nothing is set: all but what depends on an answer. */
function variablesOf(provider: Provider): readonly string[] {
  const asked = new Set<string>();
  const ask = (name: string): undefined => {
    asked.add(name);
    return undefined;
  };
  provider.read({ get: ask, textOf: ask });
  return [...asked];
}
