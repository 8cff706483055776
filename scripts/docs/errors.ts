import type { ErrorCode } from './error-tables.ts';
import { renderPage } from './markdown.ts';

/** One heading for each code, so that `errors.md#engine_forbidden` leads to it. */
export function renderErrors(codes: readonly ErrorCode[]): string {
  const rooms = [...new Set(codes.map(({ room }) => room))];
  return renderPage('Errors', [
    'Every message that ends a command carries one of these codes. Exit codes: [exit codes](exit-codes.md).',
    ...rooms.map((room) =>
      [`## ${room}`, ...codes.filter((each) => each.room === room).map(renderCode)].join('\n\n'),
    ),
  ]);
}

function renderCode({ code, meaning, hint, exit }: ErrorCode): string {
  return [`### ${code}`, meaning, `**Do:** ${hint}`, `Exit code ${exit}.`].join('\n\n');
}
