import { collect } from '../collect.ts';
import type { CliCommand } from '../command.ts';
import { formatOption } from '../format-option.ts';

interface SandboxFlags {
  readonly engine?: string;
  readonly isolation: 'auto' | 'ns' | 'host';
  readonly allow: readonly string[];
  readonly explain: boolean;
  readonly format: 'text' | 'json';
}

export const sandboxCommand: CliCommand = {
  define: ({ host, onExit, Command, Option }) =>
    new Command('sandbox')
      .description('run a command that uses Docker in a world of its own: engine, localhost, /tmp')
      .argument('[command...]', 'after --')
      .option('--engine <url>', 'engine to use instead of the one that the Docker CLI finds')
      .addOption(
        new Option('--isolation <mode>', '`ns`: namespaces; `host`: none; `auto`: what works here')
          .choices(['auto', 'ns', 'host'])
          .default('auto'),
      )
      .option('--allow <rule>', 'let a rule of the policy not hold; may be repeated', collect, [])
      .option('--explain', 'print the policy, and run nothing', false)
      .addOption(formatOption({ Option }))
      .addHelpText(
        'after',
        `
The command sees an engine with nothing on it. Ports that it publishes are open on its own localhost alone, and what
it makes is removed at the end, also after it was killed. Its exit code is passed on; a summary goes to stderr.

Examples:
  seatrial sandbox -- ./test/basics.test.sh
  seatrial sandbox --engine tcp://builder:2375 -- ./test/basics.test.sh
  seatrial sandbox --isolation ns -- sh -c 'docker run -d -p 8000:80 nginx && curl localhost:8000'
  seatrial sandbox --explain
`,
      )
      .action(async (command: string[], flags: SandboxFlags) => {
        if (flags.explain) {
          const { renderPolicy } = await import('../../sandbox/virtual/policy.ts');
          host.stdout.write(renderPolicy(flags.allow));
          return;
        }
        const { runInSandbox } = await import('../../app/run-sandbox.ts');
        onExit(await runInSandbox(host, { ...flags, command }));
      }),
};
