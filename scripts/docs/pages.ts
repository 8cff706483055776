import { renderCheckImages } from './check-images.ts';
import { renderCommands } from './commands.ts';
import { renderConfiguration } from './configuration.ts';
import { loadErrorCodes } from './error-tables.ts';
import { renderErrors } from './errors.ts';
import { renderEvents } from './events.ts';
import { renderExitCodes } from './exit-codes.ts';
import { renderFaults } from './faults.ts';
import { renderProviders } from './providers.ts';
import { renderTablePage, tablePages } from './tables.ts';

/** Every generated page, by its name in docs/reference. */
export async function renderPages(source: string): Promise<ReadonlyMap<string, string>> {
  const fromTables = await Promise.all(
    tablePages.map(async (page) => [page.name, await renderTablePage(page, source)] as const),
  );
  const pages: readonly (readonly [string, string | undefined])[] = [
    ['check-images.md', renderCheckImages()],
    ['commands.md', renderCommands()],
    ['configuration.md', renderConfiguration()],
    ['errors.md', renderErrors(await loadErrorCodes(source))],
    ['events.md', renderEvents()],
    ['exit-codes.md', renderExitCodes()],
    ['faults.md', renderFaults()],
    ['providers.md', renderProviders()],
    ...fromTables,
  ];
  return new Map(pages.flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])));
}
