import type { CliCommand } from '../command.ts';

export const keysCommand: CliCommand = {
  define: ({ host, onExit, Command }) => {
    const generate = new Command('generate')
      .description('make a pair of keys that evidence is signed and verified with')
      .option('-o, --out <prefix>', 'path of both files, without .key and .pub', 'seatrial')
      .addHelpText(
        'after',
        `
The private key is ECDSA on P-256 in PKCS#8, readable by its owner alone. Nothing is ever overwritten.
Keys that \`cosign generate-key-pair\` made sign as well, with SEATRIAL_KEY_PASSWORD.

Examples:
  seatrial keys generate
  seatrial keys generate --out ~/keys/release
`,
      )
      .action(async (flags: { readonly out: string }) => {
        const { generateKeyPair } = await import('../../app/generate-keys.ts');
        host.stdout.write(await generateKeyPair(host, { prefix: flags.out }));
        onExit(0);
      });
    return new Command('keys').description('keys for signing evidence').addCommand(generate);
  },
};
