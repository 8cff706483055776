import type { CliCommand } from '../command.ts';

interface ServeFlags {
  readonly folder: string;
  readonly port: string;
  readonly host: string;
}

export const registryCommand: CliCommand = {
  define: ({ host, onExit, Command }) => {
    const serve = new Command('serve')
      .description('serve a folder as an OCI registry until it is interrupted')
      .option('--folder <folder>', 'where blobs and tags are kept', '.seatrial/registry')
      .option('--port <port>', 'port to listen on; 0 takes a free one', '5005')
      .option('--host <address>', 'address to listen on', '127.0.0.1')
      .addHelpText(
        'after',
        `
It has no access control: listen on a loopback address unless everybody may write.

Examples:
  seatrial registry serve
  seatrial registry serve --folder /srv/registry --port 0
`,
      )
      .action(async (flags: ServeFlags) => {
        const { serveUntilInterrupted } = await import('../../app/serve-registry.ts');
        await serveUntilInterrupted(host, flags);
        onExit(0);
      });
    return new Command('registry').description('the embedded registry').addCommand(serve);
  },
};
