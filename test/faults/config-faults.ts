import type { FaultGroup } from './fault-case.ts';

const load = 'src/config/load-config.test.ts';
const project = 'src/pipeline/project-load.test.ts';
const reference = 'src/kernel/image-reference.test.ts';
const wrong = 'src/config/wrong-values.test.ts';
const yaml = 'src/config/yaml-source.test.ts';

export const configFaults: FaultGroup = {
  title: 'Hostile or broken configuration',
  count: 9,
  cases: [
    {
      id: 'C1',
      happens:
        'alias bombs, huge files, duplicate keys, tabs, byte order marks, keys like __proto__',
      required: 'an error with its place, or the right reading; no hang',
      coveredBy: [
        { file: yaml, test: 'an alias bomb' },
        { file: yaml, test: 'a duplicate key' },
        { file: yaml, test: 'a tab' },
        { file: yaml, test: 'the key that objects cannot hold' },
        { file: load, test: 'more than 1 MiB is CONFIG_UNREADABLE' },
        { file: load, test: 'may have a byte order mark and Windows line ends' },
      ],
    },
    {
      id: 'C2',
      happens: 'shell characters, line ends or a leading dash in names, tags and paths',
      required:
        'refused where they are no names, passed as they are elsewhere; no shell reads them',
      coveredBy: [
        { file: reference, test: 'a reference > %j is refused: it %s' },
        { file: reference, test: 'a tag > may not be %j' },
        { file: wrong, test: '%s' },
        { file: 'src/suites/behaviour/by-hand.test.ts', test: 'makes one word of any text' },
      ],
    },
    {
      id: 'C3',
      happens: 'a key is mistyped: `tets`',
      required: 'an error with the key that was meant',
      coveredBy: [
        { file: wrong, test: '%s' },
        {
          file: 'test/e2e/environment.e2e.test.ts',
          test: 'a key that is mistyped: line, column, caret and the key that was meant',
        },
      ],
    },
    {
      id: 'C4',
      happens: 'an image is to be shipped and has no tests',
      required: 'GATE_CLOSED',
      coveredBy: [
        {
          file: 'src/pipeline/run.engine.test.ts',
          test: 'what may not be done is refused: NOT_BUILT, then NOT_TESTED, then GATE_CLOSED without a suite',
        },
        { file: 'src/ship/gate.test.ts', test: '%s closes the gate' },
      ],
    },
    {
      id: 'C5',
      happens: 'a context or Dockerfile outside the project, also by a link',
      required: 'PROJECT_PATH_INVALID',
      coveredBy: [
        { file: project, test: 'paths > %s is PROJECT_PATH_INVALID' },
        {
          file: project,
          test: 'paths > a context that is a link to outside is PROJECT_PATH_INVALID',
        },
        {
          file: project,
          test: 'paths > a Dockerfile that is a link to outside is PROJECT_PATH_INVALID',
        },
      ],
    },
    {
      id: 'C6',
      happens: 'tag templates that give no valid tag, or the same tag for two images',
      required: 'an error before anything is done',
      coveredBy: [
        { file: 'src/config/tag-template.test.ts', test: '%j is refused at character %i: it %s' },
        { file: project, test: 'tags > that two images would write are PROJECT_TAG_CONFLICT' },
        {
          file: 'src/ship/tag-plan.test.ts',
          test: 'a branch as a tag > is always valid and never that of another branch',
        },
      ],
    },
    {
      id: 'C7',
      happens: 'a regular expression that takes for ever',
      required: 'takes linear time',
      coveredBy: [
        {
          file: 'src/ship/tag-plan.test.ts',
          test: 'answers at once for a glob that a backtracking search would never be done with',
        },
      ],
    },
    {
      id: 'C8',
      happens: 'secrets in build arguments, labels or variables of the image',
      required: 'found, and not pushed',
      coveredBy: [
        { file: 'src/build/image-secrets.test.ts', test: 'is found in %s' },
        { file: 'src/ship/assert-no-secrets.test.ts', test: 'stops the image: SECRET_IN_IMAGE' },
        {
          file: 'src/pipeline/promote-shipments.engine.test.ts',
          test: 'an image with a secret in it is not pushed: SECRET_IN_IMAGE; one that is allowed ships as configured, and is kept for rollbacks',
        },
      ],
    },
    {
      id: 'C9',
      happens: 'a configuration that takes parts of itself from the network',
      required: 'is refused',
      coveredBy: [
        {
          file: load,
          test: 'takes nothing from elsewhere: %s is refused',
        },
        {
          file: 'src/config/module-source.test.ts',
          test: 'a module that takes another from the network is refused, and nothing is fetched',
        },
      ],
    },
  ],
};
