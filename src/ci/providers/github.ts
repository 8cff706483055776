import { z } from 'zod';
import type { Provider, ProviderFacts, ProviderVariables } from '../provider.ts';

/** @see https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request */
const eventSchema = z.object({
  repository: z.object({ default_branch: z.string().optional() }).optional(),
  pull_request: z
    .object({
      number: z.number(),
      head: z.object({
        sha: z.string().optional(),
        // Null when the fork was deleted.
        repo: z.object({ full_name: z.string() }).nullish(),
      }),
    })
    .optional(),
});

export const github: Provider = {
  id: 'github',
  name: 'GitHub Actions',
  docs: 'https://docs.github.com/en/actions/reference/workflows-and-actions/variables',
  isHere: (env) => env['GITHUB_ACTIONS'] === 'true',
  read: (variables) => ({ ...readRun(variables), ...readRef(variables) }),
  pipelineFile: {
    path: '.github/workflows/ci.yml',
    render: ({ command }) => `# Everything is in Seatrial: the same command runs on a laptop.
name: ci
on:
  push:
  pull_request:
permissions:
  contents: read
jobs:
  ci:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          persist-credentials: false
      - uses: actions/setup-node@v4
        with:
          node-version: 24
      - run: ${command}
      - uses: actions/upload-artifact@v4
        if: always()
        with:
          name: seatrial
          path: .seatrial/reports
          include-hidden-files: true
`,
  },
};

/** Where it runs. */
function readRun({
  get,
}: ProviderVariables): Pick<ProviderFacts, 'buildNumber' | 'url' | 'source'> {
  const address = [get('GITHUB_SERVER_URL'), get('GITHUB_REPOSITORY')];
  const source = address.includes(undefined) ? undefined : address.join('/');
  const id = get('GITHUB_RUN_ID');
  return {
    buildNumber: get('GITHUB_RUN_NUMBER'),
    source,
    url: source === undefined || id === undefined ? undefined : `${source}/actions/runs/${id}`,
  };
}

/** Fails closed: a pull request of which nothing is known counts as a fork's. */
function readPull(
  event: z.infer<typeof eventSchema>,
  repository: string | undefined,
): Pick<ProviderFacts, 'pullRequest' | 'isFork'> {
  const pull = event.pull_request;
  return {
    pullRequest: String(pull?.number ?? 'unknown'),
    isFork: pull?.head.repo?.full_name !== repository || repository === undefined,
  };
}

/** What it builds. */
function readRef(
  variables: ProviderVariables,
): Omit<ProviderFacts, 'buildNumber' | 'url' | 'source'> {
  const { get } = variables;
  const event = readEvent(variables);
  const pull = event.pull_request;
  const isPull =
    pull !== undefined || get('GITHUB_EVENT_NAME')?.startsWith('pull_request') === true;
  const isTag = get('GITHUB_REF_TYPE') === 'tag';
  const name = get('GITHUB_REF_NAME');
  return {
    branch: isTag ? undefined : (get('GITHUB_HEAD_REF') ?? name),
    tag: isTag ? name : undefined,
    // On a pull request GITHUB_SHA is a merge commit that no branch has.
    commit: pull?.head.sha ?? get('GITHUB_SHA'),
    defaultBranch: event.repository?.default_branch,
    ...(isPull
      ? readPull(event, get('GITHUB_REPOSITORY'))
      : { pullRequest: undefined, isFork: false }),
  };
}

function readEvent(variables: ProviderVariables): z.infer<typeof eventSchema> {
  try {
    return (
      eventSchema.safeParse(JSON.parse(variables.textOf('GITHUB_EVENT_PATH') ?? '{}')).data ?? {}
    );
  } catch {
    // No JSON: then the event says nothing, and a pull request counts as a fork's.
    return {};
  }
}
