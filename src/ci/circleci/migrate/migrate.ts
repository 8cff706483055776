import { Document, isMap, isPair, isScalar, isSeq } from 'yaml';
import { toData } from '../expand/render.ts';
import { entriesOf, itemsOf, nameOf, textOf, valueOf, type Node } from '../tree.ts';
import { toSteps, type NewStep } from './commands.ts';
import { deploymentsOf, type Deployment } from './deployments.ts';

const LANGUAGES = ['ruby', 'node', 'python', 'java', 'php', 'ghc'];
/** Their images of today; others have none. */
const IMAGES: Readonly<Record<string, string>> = {
  ruby: 'cimg/ruby',
  node: 'cimg/node',
  python: 'cimg/python',
  php: 'cimg/php',
};

/**
 * A `circle.yml` of CircleCI 1.0 as a configuration of version 2.1, with a comment at each change of meaning.
 * @see https://circleci.com/docs/2.0/migrating-from-1-2/
 */
export function migrateConfig(root: Node): string {
  const build = buildJob(root);
  const deployments = deploymentsOf(root);
  const environment = environmentOf(root);
  const jobs: Record<string, unknown> = { build: toJob(build, environment) };
  for (const deployment of deployments) {
    jobs[deployment.name] = toJob(deployJob(deployment, root), environment);
  }
  const hasTags = deployments.some(({ isTag }) => isTag);
  const filters = branchFilter(root);
  const first =
    hasTags || filters !== undefined
      ? { build: { filters: { ...filters, ...(hasTags ? { tags: { only: '/.*/' } } : {}) } } }
      : 'build';
  const invocations = [
    first,
    ...deployments.map(({ name, filters: own }) => ({
      [name]: { requires: ['build'], ...(own === undefined ? {} : { filters: own }) },
    })),
  ];
  const document = new Document(
    {
      version: 2.1,
      jobs,
      workflows: { build_and_deploy: { jobs: invocations } },
    },
    { aliasDuplicateObjects: false },
  );
  document.commentBefore =
    ' Migrated from CircleCI 1.0. Read every comment: it says where the meaning changes.';
  comment(
    document,
    [build, ...deployments.map((each) => deployJob(each, root))],
    ['build', ...deployments.map(({ name }) => name)],
  );
  return document.toString({ lineWidth: 0 });
}

interface NewJob {
  readonly executor: Readonly<Record<string, unknown>>;
  /** What is said at the top of the job. */
  readonly comments: readonly string[];
  readonly steps: readonly NewStep[];
}

function toJob(job: NewJob, environment: Readonly<Record<string, unknown>>): unknown {
  return {
    ...job.executor,
    ...(Object.keys(environment).length === 0 ? {} : { environment }),
    steps: job.steps.flatMap(({ step }) => (step === undefined ? [] : [step])),
  };
}

/** Puts comments before the steps and at the top of jobs; those of a step that is left out go to the next. */
function comment(document: Document, jobs: readonly NewJob[], names: readonly string[]): void {
  for (const [index, job] of jobs.entries()) {
    const node = document.getIn(['jobs', names[index] ?? ''], true);
    if (!isMap(node)) continue;
    const [first] = node.items;
    if (isPair(first) && isScalar(first.key)) setComment(first.key, job.comments);
    commentSteps(node.get('steps', true), job.steps);
  }
}

function commentSteps(list: unknown, steps: readonly NewStep[]): void {
  if (!isSeq(list)) return;
  let at = 0;
  let pending: readonly string[] = [];
  for (const { step, comments } of steps) {
    pending = [...pending, ...comments];
    if (step === undefined) continue;
    const item = list.items[at];
    if (isScalar(item) || isMap(item)) setComment(item, pending);
    pending = [];
    at += 1;
  }
  if (pending.length > 0) list.comment = commentOf(pending);
}

function setComment(node: { commentBefore?: string | null }, comments: readonly string[]): void {
  if (comments.length > 0) node.commentBefore = commentOf(comments);
}

function commentOf(comments: readonly string[]): string {
  return comments
    .flatMap((text) => text.split('\n'))
    .map((line) => ` ${line}`)
    .join('\n');
}

/** Values with `$` were expanded, and are not any more. */
function environmentOf(root: Node): Readonly<Record<string, unknown>> {
  const machine = valueOf(root, 'machine');
  const timezone = textOf(valueOf(machine, 'timezone'));
  const plain = entriesOf(valueOf(machine, 'environment')).filter(
    ({ value }) => !isExpanded(value),
  );
  return {
    ...Object.fromEntries(plain.map((entry) => [nameOf(entry), toData(entry.value)])),
    ...(timezone === undefined ? {} : { TZ: timezone }),
  };
}

function isExpanded(value: Node): boolean {
  return (textOf(value) ?? '').includes('$');
}

function exportSteps(root: Node): readonly NewStep[] {
  const entries = entriesOf(valueOf(valueOf(root, 'machine'), 'environment'));
  return entries
    .filter(({ value }) => isExpanded(value))
    .map((entry, index) => ({
      step: {
        run: `echo 'export ${nameOf(entry)}="${(textOf(entry.value) ?? '').replaceAll('<<', '\\<<')}"' >> "$BASH_ENV"`,
      },
      comments:
        index === 0 ? ['Values under `environment` are not expanded any more; these are.'] : [],
    }));
}

function executorOf(root: Node): Pick<NewJob, 'executor' | 'comments'> {
  const machine = valueOf(root, 'machine');
  const services = itemsOf(valueOf(machine, 'services')).flatMap((item) => textOf(item) ?? []);
  const languages = LANGUAGES.filter((name) => valueOf(machine, name) !== undefined);
  const [language = ''] = languages;
  const version = valueOf(valueOf(machine, language), 'version');
  const image = IMAGES[language];
  if (
    services.length === 0 &&
    languages.length === 1 &&
    image !== undefined &&
    version !== undefined
  ) {
    const tag = version.kind === 'scalar' ? version.written : '';
    return {
      executor: { docker: [{ image: `${image}:${tag}` }] },
      comments: [
        `TODO: look whether there is an image ${image}:${tag}; the nearest may be another.`,
      ],
    };
  }
  const others = services.filter((name) => name !== 'docker');
  return {
    executor: { machine: { image: 'ubuntu-2404:current' } },
    comments: [
      'A machine of its own, as before: ports on localhost and mounted folders work.',
      ...others.map(
        (name) => `TODO: the service ${name} ran here; start it with \`docker run -d -p …\`.`,
      ),
      ...languages.map(
        (name) => `TODO: \`machine.${name}\` chose a version; install it in a step.`,
      ),
    ],
  };
}

function section(root: Node, name: string, part: string): Node | undefined {
  return valueOf(valueOf(root, name), part);
}

function buildJob(root: Node): NewJob {
  const artifacts = itemsOf(section(root, 'general', 'artifacts'));
  return {
    ...executorOf(root),
    steps: [
      ...toSteps(section(root, 'machine', 'pre'), { keys: { working_directory: '~' } }),
      { step: 'checkout', comments: [] },
      ...exportSteps(root),
      ...hostSteps(root),
      ...toSteps(section(root, 'machine', 'post')),
      ...toSteps(section(root, 'checkout', 'post')),
      ...cached(root, phase(root, 'dependencies')),
      ...phase(root, 'database'),
      ...phase(root, 'compile'),
      ...toSteps(section(root, 'test', 'pre')),
      ...testSteps(root),
      ...toSteps(section(root, 'test', 'post')),
      ...artifacts.map((item) => ({
        step: { store_artifacts: { path: toData(item) } },
        comments: [],
      })),
    ],
  };
}

function phase(root: Node, name: string): readonly NewStep[] {
  const override = section(root, name, 'override');
  const isInferred = override === undefined && name === 'dependencies';
  const todo =
    'TODO: CircleCI 1.0 found the dependencies itself (bundle, npm, pip …); install them here.';
  const after = toSteps(section(root, name, 'post'));
  return [
    ...toSteps(section(root, name, 'pre')),
    ...(isInferred ? [{ step: undefined, comments: [todo] }] : toSteps(override)),
    ...after,
  ];
}

function testSteps(root: Node): readonly NewStep[] {
  const override = section(root, 'test', 'override');
  const steps = toSteps(override, { isEachRun: true });
  if (override === undefined) {
    return [
      { step: undefined, comments: ['TODO: CircleCI 1.0 found the tests itself; run them here.'] },
    ];
  }
  const [first, ...rest] = steps;
  const why = 'Every test ran, also after one had failed: `when: always` keeps it so.';
  const [second, ...others] = rest;
  return [
    ...(first === undefined ? [] : [first]),
    ...(second === undefined ? [] : [{ ...second, comments: [why, ...second.comments] }]),
    ...others,
  ];
}

function hostSteps(root: Node): readonly NewStep[] {
  return entriesOf(section(root, 'machine', 'hosts')).map((entry) => ({
    step: {
      run: `echo "${String(toData(entry.value))} ${nameOf(entry)}" | sudo tee -a /etc/hosts`,
    },
    comments: [],
  }));
}

/** Caches are explicit now, and never change once they are written. */
function cached(root: Node, steps: readonly NewStep[]): readonly NewStep[] {
  const paths = itemsOf(section(root, 'dependencies', 'cache_directories')).map(toData);
  if (paths.length === 0) return steps;
  const key = 'v1-{{ .Branch }}-{{ .Revision }}';
  return [
    {
      step: { restore_cache: { keys: [key, 'v1-{{ .Branch }}-', 'v1-'] } },
      comments: [
        'TODO: a checksum of the lock file is a better key: `v1-{{ checksum "package-lock.json" }}`.',
      ],
    },
    ...steps,
    { step: { save_cache: { key, paths } }, comments: [] },
  ];
}

/** `general.branches`: it is said at each job now. */
function branchFilter(root: Node): { readonly branches: unknown } | undefined {
  const branches = section(root, 'general', 'branches');
  return branches === undefined ? undefined : { branches: toData(branches) };
}

function deployJob(deployment: Deployment, root: Node): NewJob {
  return {
    executor: executorOf(root).executor,
    comments: [
      'Another machine: what the job `build` made is not here. Ship the image that passed: save it there with',
      '`docker save` and `persist_to_workspace`, or push it by digest to a staging tag; do not build it again.',
    ],
    steps: [
      ...deployment.guard,
      { step: 'checkout', comments: [] },
      ...exportSteps(root),
      ...toSteps(deployment.commands),
      ...deployment.todo.map((text) => ({
        step: { run: `echo "${text}" && exit 1` },
        comments: [`TODO: ${text}`],
      })),
    ],
  };
}
