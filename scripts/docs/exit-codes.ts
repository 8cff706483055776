import { exitCodes } from '../../src/kernel/errors.ts';
import { code, renderPage, renderTable } from './markdown.ts';

const meanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  passed: 'Everything that was asked for passed.',
  refused: 'A test, a check or the gate said no.',
  usage: 'The command line or the configuration is wrong.',
  environment: 'The environment is not there: engine, registry, disk, Node.',
  cancelled: 'It was cancelled, or ran out of time.',
  bug: 'A bug of ours. Please report it with the output.',
};

export function renderExitCodes(): string {
  const rows = Object.entries(exitCodes)
    .map(([name, exit]) => ({ name, exit, meaning: new Map(Object.entries(meanings)).get(name) }))
    .map(({ name, exit, meaning = '' }) => [String(exit), name, meaning]);
  return renderPage('Exit codes', [
    'How every `seatrial` command ends. Which error has which code: [errors](errors.md).',
    renderTable(
      ['exit code', 'name', 'meaning'],
      rows.map(([exit = '', ...rest]) => [code(exit), ...rest]),
    ),
  ]);
}
