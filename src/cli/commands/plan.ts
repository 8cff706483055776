import type { CliCommand } from '../command.ts';

interface PlanFlags {
  readonly config?: string;
  readonly format: 'text' | 'json' | 'mermaid';
  readonly goal: 'build' | 'test' | 'ship';
}

export const planCommand: CliCommand = {
  define: ({ host, onExit, Command, Option }) =>
    new Command('plan')
      .description('print what a run would do, and why; changes nothing')
      .argument('[images...]', 'images of the project; their parents come along (default: all)')
      .option('-c, --config <file>', 'configuration file')
      .addOption(
        new Option('-g, --goal <goal>', 'how far')
          .choices(['build', 'test', 'ship'])
          .default('ship'),
      )
      .addOption(
        new Option('-f, --format <format>', 'form of the output')
          .choices(['text', 'json', 'mermaid'])
          .default('text'),
      )
      .addHelpText(
        'after',
        `
Examples:
  seatrial plan                      every step with its key and the reason
  seatrial plan --format mermaid     a diagram of the steps
`,
      )
      .action(async (images: string[], flags: PlanFlags) => {
        const { planProject } = await import('../../app/plan-project.ts');
        const { renderPlan } = await import('../../app/render-plan.ts');
        const plan = await planProject(host, {
          images,
          goal: flags.goal,
          configFile: flags.config,
        });
        host.stdout.write(renderPlan(plan, { format: flags.format, host }));
        onExit(0);
      }),
};
