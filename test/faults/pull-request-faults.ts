import type { FaultGroup } from './fault-case.ts';

const environment = 'src/suites/environment.test.ts';
const project = 'test/e2e/project.e2e.test.ts';
const script = 'src/suites/script/index.engine.test.ts';
const manySpecs = 'src/suites/spec/many-files.engine.test.ts';
const ci = 'src/ci/read-ci-environment.test.ts';

export const pullRequestFaults: FaultGroup = {
  title: 'Hostile pull requests',
  count: 8,
  cases: [
    {
      id: 'X1',
      happens: 'a pull request changes the configuration to skip tests or print secrets',
      required: 'nothing is shipped; there are no secrets to print',
      coveredBy: [
        { file: project, test: 'a pull request of a fork builds and tests and never ships' },
        { file: 'src/ship/tag-plan.test.ts', test: 'pull requests and forks never ship > %j' },
        { file: environment, test: 'suites do not see %s' },
      ],
    },
    {
      id: 'X2',
      happens:
        'a Dockerfile of a pull request reads secrets of the host, the metadata service, the socket',
      required: 'none of them can be reached',
      open: 'secrets and the socket are never mounted into a build; the network of builds and containers is not restricted',
    },
    {
      id: 'X3',
      happens: 'a test pushes a release tag by itself',
      required: 'finds no credentials',
      coveredBy: [
        {
          file: script,
          test: 'a script has its own temporary folder and docker configuration, and no credentials',
        },
        { file: manySpecs, test: 'one run of many files > shows no credentials to spec files' },
        { file: environment, test: 'suites do not see %s' },
      ],
    },
    {
      id: 'X4',
      happens: 'a pull request poisons the store or the history that others use',
      required: 'content is verified, proofs are too',
      coveredBy: [
        {
          file: 'src/history/results.test.ts',
          test: 'a pass that was tampered with is not believed: %s',
        },
        {
          file: 'src/registry/client/upload.test.ts',
          test: 'an upload that cannot work > says so when the bytes are not those of the digest',
        },
        {
          file: 'src/build/file-digests.test.ts',
          test: 'a damaged digest in an intact cache is not believed',
        },
      ],
    },
    {
      id: 'X5',
      happens: 'branches, titles and messages with shell syntax, line ends or reordered text',
      required: 'are data and nothing else',
      coveredBy: [
        {
          file: 'src/ship/tag-plan.test.ts',
          test: 'a branch as a tag > is always valid and never that of another branch',
        },
        {
          file: 'src/report/terminal-text.test.ts',
          test: 'text from outside cannot move the cursor, set a title, reorder or command',
        },
        {
          file: 'src/report/reporters/github.test.ts',
          test: 'an annotation cannot begin another command',
        },
        { file: 'src/suites/behaviour/by-hand.test.ts', test: 'makes one word of any text' },
      ],
    },
    {
      id: 'X6',
      happens: 'links and ignore files that draw files of the host into the context',
      required: 'links are sent as links; nothing outside the context is read',
      coveredBy: [
        {
          file: 'src/build/context.test.ts',
          test: 'permission bits, sizes and link targets are kept, and a loop of links is no loop',
        },
        {
          file: 'src/build/build-image.engine.test.ts',
          test: 'modes, links, long and foreign names arrive as they are, owned by root',
        },
        {
          file: 'src/pipeline/project-load.test.ts',
          test: 'paths > a context that is a link to outside is PROJECT_PATH_INVALID',
        },
      ],
    },
    {
      id: 'X7',
      happens: 'a run in the rights of the base with the head of a fork: pull_request_target',
      required: 'is taken for what it is, and never ships',
      coveredBy: [
        { file: ci, test: '%s is read' },
        { file: 'src/ship/tag-plan.test.ts', test: 'pull requests and forks never ship > %j' },
      ],
    },
    {
      id: 'X8',
      happens: 'a test overwrites the results of another suite',
      required: 'results are kept where no test can write',
      open: 'scripts run as the user who runs Seatrial: they can write to its state folder',
    },
  ],
};
