import type { StillPair } from '../../src/suites/behaviour/testing/still-images.ts';
import { stillImages } from '../../src/suites/behaviour/testing/still-images.ts';
import type { TrialImage } from '../../src/suites/behaviour/testing/trial-image.ts';
import { trialTables } from '../../src/suites/behaviour/testing/trial-tables.ts';
import { rebuiltImages } from '../../src/pipeline/testing/rebuilt-images.ts';
import { code, renderPage, renderTable } from './markdown.ts';

/** The images that the behaviour checks are tried on, and what has to be said of each. */
export function renderCheckImages(): string {
  return renderPage('Images that the checks are tried on', [
    'Sound images and images with a planted fault, each made by hand for one purpose. What stands here is what the tests hold the [behaviour checks](checks.md) against, on a real engine; a check that is not named must pass, warn or be skipped.',
    ...trialTables.map(([title, table]) => renderTrials(title, table)),
    renderStills(Object.entries(stillImages)),
    renderRebuilds(),
  ]);
}

function renderTrials(title: string, table: readonly TrialImage[]): string {
  const rows = table.map(({ is, imageClass, verdicts }) => [
    is,
    imageClass,
    Object.entries(verdicts)
      .map(([id, verdict]) => `${code(id)} ${verdict}`)
      .join(', '),
  ]);
  return `## ${capitalized(title)}\n\n${renderTable(['the image is', 'taken for', 'verdicts'], rows)}`;
}

function renderStills(pairs: readonly (readonly [string, StillPair])[]): string {
  const rows = pairs.map(([id, { verdict, says }]) => [
    code(id),
    'pass',
    verdict,
    says.map((each) => code(each.replaceAll('`', "'"))).join(', '),
  ]);
  const head = ['check', 'of its sound image', 'of the one with a fault', 'which must say'];
  return `## Images that nobody starts\n\n${renderTable(head, rows)}`;
}

function renderRebuilds(): string {
  const rows = rebuiltImages.map(({ is, verdict, says }) => [
    is,
    `${code('reproducible')} ${verdict}`,
    says.map(code).join(', '),
  ]);
  return `## Images that are built again\n\n${renderTable(['the image is', 'verdict', 'which must say'], rows)}`;
}

function capitalized(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
