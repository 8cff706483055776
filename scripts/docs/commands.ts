import type { Command } from 'commander';
import { PassThrough } from 'node:stream';
import { createProgram } from '../../src/cli/program.ts';
import { systemClock } from '../../src/host/clock.ts';
import { code, renderPage, renderTable } from './markdown.ts';

/** The command line, from the definitions that parse it. */
export function renderCommands(): string {
  const nowhere = new PassThrough();
  const program = createProgram(
    {
      env: {},
      cwd: '/',
      clock: systemClock,
      stdout: nowhere,
      stderr: nowhere,
      signal: new AbortController().signal,
      version: '',
    },
    () => undefined,
  );
  return renderPage('Command line', [
    program.description(),
    ...program.commands.filter((command) => command.name() !== 'help').flatMap(renderCommand),
  ]);
}

function renderCommand(command: Command): readonly string[] {
  const nested = command.commands.filter((each) => each.name() !== 'help');
  if (nested.length > 0) return nested.flatMap(renderCommand);
  const names = [command.parent?.parent === null ? '' : command.parent?.name(), command.name()];
  const title = names.filter((name) => name !== '' && name !== 'seatrial').join(' ');
  const help = command.createHelp();
  const rows = [
    ...help
      .visibleArguments(command)
      .map((argument) => [code(help.argumentTerm(argument)), help.argumentDescription(argument)]),
    ...help
      .visibleOptions(command)
      .map((option) => [code(help.optionTerm(option)), help.optionDescription(option)]),
  ];
  return [
    `## seatrial ${title}`,
    `${command.description()}.`,
    renderTable(['argument or option', 'meaning'], rows),
    renderExamples(command),
  ];
}

/** The text after the help, as a code block: it is shown as it stands. */
function renderExamples(command: Command): string {
  let text = '';
  command.configureOutput({
    writeOut: (piece) => {
      text += piece;
    },
  });
  command.outputHelp();
  const examples = text.slice(text.indexOf('Examples:')).trimEnd();
  return `\`\`\`\n${examples}\n\`\`\``;
}
