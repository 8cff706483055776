import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { lintFiles } from './lint-files.ts';
import { lints } from './lints/index.ts';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seatrial-lint-'));
});

afterEach(async () => rm(folder, { recursive: true }));

type Files = Readonly<Record<string, string>>;

const answerSchema = z.object({
  schema: z.literal('seatrial.lint/1'),
  findings: z.array(
    z.object({
      code: z.string(),
      severity: z.string(),
      file: z.string(),
      line: z.number(),
      message: z.string(),
    }),
  ),
});

/** `L01 error .circleci/config.yml:9: message`, without those of executors, which every example would have. */
async function lint(files: Files): Promise<readonly string[]> {
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  const { output } = await lintFiles({ folder, env: {}, files: [], format: 'json' });
  return answerSchema
    .parse(JSON.parse(output))
    .findings.map(
      ({ code, severity, file, line, message }) =>
        `${code} ${severity} ${file}:${line}: ${message}`,
    );
}

async function idsOf(files: Files): Promise<readonly string[]> {
  return [...new Set((await lint(files)).map((line) => line.slice(0, 3)))];
}

interface Example {
  readonly steps?: string;
  /** Keys of the job. */
  readonly job?: string;
  /** The whole file, where more than one job is needed. */
  readonly config?: string;
  readonly files?: Files;
}

const MACHINE = 'machine: {image: ubuntu-2404:2024.05.1}';

function filesOf({ steps = '[checkout]', job = MACHINE, config, files }: Example): Files {
  const jobLines = job.split('\n').map((line) => `    ${line}`);
  const stepLines = steps.split('\n').map((line) => `      ${line}`);
  const small = [
    'version: 2.1',
    'jobs:',
    '  work:',
    ...jobLines,
    '    steps:',
    ...stepLines,
    'workflows: {main: {jobs: [work]}}',
    '',
  ].join('\n');
  return { '.circleci/config.yml': config ?? small, ...files };
}

const REMOTE = 'docker: [{image: cimg/base:2024.01}]';

function workflow(jobs: string, invocations: string): string {
  return `version: 2.1\njobs:\n${jobs}\nworkflows:\n  main:\n    jobs:\n${invocations}\n`;
}

const TWO_JOBS = `  test:
    ${MACHINE}
    steps: [checkout, {run: docker build -t app .}, {run: ./test.sh}]
  deploy:
    ${MACHINE}
    steps: [checkout, {run: docker build -t app .}, {run: docker push app}]`;

const MACHINE_JOB = `    ${MACHINE}\n    steps: [checkout]`;
const PLAIN_JOBS = `  test:\n${MACHINE_JOB}\n  deploy:\n${MACHINE_JOB}`;

/** For each rule what it catches, and what looks alike and is right. */
const examples: Readonly<
  Record<string, { readonly caught: readonly Example[]; readonly missed: readonly Example[] }>
> = {
  L01: {
    caught: [
      { steps: '- checkout\n- run: make test || true' },
      { steps: '- checkout\n- run: "(cd x; npm run test) || :"' },
      { steps: '- checkout\n- run: |\n    set +e\n    ./run-tests.sh\n    docker logs app' },
      { steps: '- checkout\n- run: make test', files: { Makefile: 'test:\n\t-./test.sh\n' } },
      {
        steps: '- checkout\n- run: make test',
        files: { Makefile: 'test:\n\t./test/all.sh\n', 'test/all.sh': 'pytest || exit 0\n' },
      },
    ],
    missed: [
      { steps: '- checkout\n- run: docker rm -f app || true' },
      { steps: '- checkout\n- run: make test || exit 1' },
      { steps: '- checkout\n- run: if ./test.sh || true; then echo; fi' },
      { steps: '- checkout\n- run: echo "make test || true"' },
      {
        steps:
          '- checkout\n- run: |\n    set +e\n    ./run-tests.sh\n    code=$?\n    logs; exit $code',
      },
    ],
  },
  L03: {
    caught: [{ config: workflow(TWO_JOBS, '      - test\n      - deploy: {requires: [test]}') }],
    missed: [
      { config: workflow(TWO_JOBS, '      - test\n      - deploy') },
      {
        config: workflow(
          TWO_JOBS.replace(
            'docker build -t app .}, {run: docker push',
            'docker load -i x}, {run: docker push',
          ),
          '      - test\n      - deploy: {requires: [test]}',
        ),
      },
    ],
  },
  L04: {
    caught: [{ steps: '- run: docker login -u me -p $PASSWORD' }],
    missed: [{ steps: '- run: echo "$P" | docker login -u me --password-stdin' }],
  },
  L05: {
    caught: [{ steps: '- run: sudo docker login -e $MAIL -u me --password-stdin' }],
    missed: [{ steps: '- run: docker run -e MAIL=$MAIL app login' }],
  },
  L06: {
    caught: [
      { job: `${MACHINE}\nenvironment: {BUILD_NUM: $CIRCLE_BUILD_NUM}` },
      { steps: '- run: {command: x, environment: {TAG: "v${VERSION}"}}' },
    ],
    missed: [
      { job: `${MACHINE}\nenvironment: {PRICE: "5$", REGEX: "^a$"}` },
      { job: 'docker: [{image: "cimg/base:$TAG", auth: {username: u, password: $P}}]' },
    ],
  },
  L07: {
    caught: [
      {
        config: workflow(
          PLAIN_JOBS,
          '      - test\n      - deploy: {requires: [test], filters: {tags: {only: /v.*/}, branches: {ignore: /.*/}}}',
        ),
      },
      {
        config: workflow(
          PLAIN_JOBS,
          '      - test: {filters: {tags: {only: /.*/}}}\n      - deploy: {requires: [test], filters: {tags: {only: /v.*/}}}',
        ),
      },
    ],
    missed: [
      {
        config: workflow(
          PLAIN_JOBS,
          '      - test: {filters: {tags: {only: /.*/}}}\n      - deploy: {requires: [test], filters: {tags: {only: /v.*/}, branches: {ignore: /.*/}}}',
        ),
      },
    ],
  },
  L08: {
    caught: [
      { config: 'version: 2\njobs:\njobs:\n  build:\n    machine: true\n    steps: [checkout]\n' },
      { steps: '- run:\n  name: x\n  command: y' },
    ],
    missed: [{ steps: '- run:\n    name: x\n    command: y' }],
  },
  L09: {
    caught: [
      { steps: '- run: make deploy' },
      {
        steps: '- checkout\n- run: make deploy',
        files: { makefile: 'deploy:\n\tdocker push app\n' },
      },
    ],
    missed: [
      { steps: '- run: git clone https://x.test/y\n- run: make deploy' },
      { steps: '- attach_workspace: {at: .}\n- run: ./deploy.sh' },
      { steps: '- checkout\n- run: docker load -i app.tar\n- run: docker push app' },
      {
        steps: '- checkout\n- run: make build deploy',
        files: { makefile: 'build:\n\tdocker build -t app .\ndeploy:\n\tdocker push app\n' },
      },
    ],
  },
  L10: {
    caught: [
      {
        job: REMOTE,
        steps:
          '- setup_remote_docker\n- run: docker run -d -p 8000:80 app\n- run: curl http://localhost:8000',
      },
      { job: REMOTE, steps: '- setup_remote_docker\n- run: docker run -v $PWD:/x app' },
    ],
    missed: [
      { steps: '- run: docker run -d -p 8000:80 app\n- run: curl http://localhost:8000' },
      {
        job: REMOTE,
        steps:
          '- setup_remote_docker\n- run: docker run -d -p 8000:80 --name a app\n- run: docker exec a curl http://localhost:80',
      },
      { job: REMOTE, steps: '- setup_remote_docker\n- run: docker run -v data:/x app' },
    ],
  },
  L11: {
    caught: [{ steps: '- setup_remote_docker' }],
    missed: [{ job: REMOTE, steps: '- setup_remote_docker' }],
  },
  L12: {
    caught: [
      { job: 'machine: true' },
      { job: 'docker: [{image: node}]' },
      { job: 'docker: [{image: node:latest}]' },
      { job: 'docker: [{image: circleci/node:12}]' },
    ],
    missed: [
      { job: 'docker: [{image: localhost:5000/node:20.1.0}]' },
      { job: 'docker: [{image: "node@sha256:abc"}]' },
      { job: 'docker: [{image: "node:$VERSION"}]' },
      { job: 'machine: true\nresource_class: acme/own' },
    ],
  },
  L14: {
    caught: [{ steps: '- run: docker run -d app; sleep 10' }],
    missed: [
      { steps: '- run: docker run app; sleep 10' },
      { steps: '- run: docker run -d app\n- run: until curl -f x; do sleep 1; done' },
    ],
  },
  L19: {
    caught: [{ steps: '- run: if [ "$OWNER" -ne "acme" ]; then exit; fi' }],
    missed: [
      { steps: '- run: if [ "$OWNER" != "acme" ]; then exit; fi' },
      { steps: '- run: if [ "$COUNT" -ne 0 ] && [ $A -eq $B ]; then exit; fi' },
    ],
  },
  L24: {
    caught: [{ steps: '- run: |\n    cat <<EOF\n    x\n    EOF' }],
    missed: [{ steps: '- run: |\n    cat \\<<EOF\n    x\n    EOF' }],
  },
  L27: {
    caught: [{ config: workflow(PLAIN_JOBS, '      - test') }],
    missed: [{ config: workflow(PLAIN_JOBS, '      - test\n      - deploy') }],
  },
  L29: {
    caught: [{ config: scheduled('*/5 * * * *') }, { config: scheduled('1,3-5 * * * *') }],
    missed: [{ config: scheduled('0,30 1-5 * * 1') }],
  },
};

function scheduled(cron: string): string {
  const job = `jobs:\n  test:\n${MACHINE_JOB}`;
  const trigger = `{schedule: {cron: "${cron}", filters: {branches: {only: main}}}}`;
  return `version: 2.1\n${job}\nworkflows: {main: {triggers: [${trigger}], jobs: [test]}}\n`;
}

describe('every rule', () => {
  it('has what it catches and a near miss', () => {
    expect(Object.keys(examples).toSorted()).toEqual(lints.map(({ id }) => id).toSorted());
  });

  it.each(
    Object.entries(examples).flatMap(([id, { caught }]) =>
      caught.map((example, index): [string, number, Example] => [id, index, example]),
    ),
  )('%s catches its example %i', async (...[id, , example]) => {
    expect(await idsOf(filesOf(example))).toContain(id);
  });

  it.each(
    Object.entries(examples).flatMap(([id, { missed }]) =>
      missed.map((example, index): [string, number, Example] => [id, index, example]),
    ),
  )('%s passes over the near miss %i', async (...[id, , example]) => {
    expect(await idsOf(filesOf(example))).not.toContain(id);
  });
});

describe('a comment', () => {
  const steps = '- run: docker login -e a -p b';

  it.each([
    `${steps} # cci-ignore`,
    `# cci-ignore-next-line\n${steps}`,
    `# cci-ignore-start\n${steps}\n# cci-ignore-end`,
    `# cci-ignore-file\n${steps}`,
    `${steps} # cci-ignore L04, L05`,
  ])('passes over what it stands by: %s', async (text) => {
    expect(await idsOf(filesOf({ steps: text }))).toEqual([]);
  });

  it('may name the rules that are meant', async () => {
    expect(await idsOf(filesOf({ steps: `${steps} # cci-ignore L04` }))).toEqual(['L05']);
  });

  it('passes over nothing else', async () => {
    const text = `# cci-ignore-start\n- checkout\n# cci-ignore-end\n${steps} # cci-ignored`;

    expect(await idsOf(filesOf({ steps: text }))).toEqual(['L04', 'L05']);
  });
});

function literal(line: number): string {
  return `L06 error .circleci/config.yml:${line}: \`BUILD_NUM\` is the text \`$CIRCLE_BUILD_NUM\`, not a value; make would read it as \`IRCLE_BUILD_NUM\`.`;
}

function noFiles(line: number): readonly string[] {
  return [
    `L09 error .circleci/config.yml:${line}: \`make deploy\` needs the files of the repository, and the job has not checked them out.`,
    `L09 error .circleci/config.yml:${line}: \`docker push acme/db:latest\` (of \`make deploy\`) pushes an image that this job neither builds nor loads.`,
  ];
}

/** In the shape of a project that needed five pushes in four months to leave CircleCI 1.0. */
describe('the history of a move to version 2', () => {
  const makefile = `build:
	docker build -t acme/db:latest .
ifdef BUILD_NUM
	docker build -t acme/db:$(BUILD_NUM) .
endif
test: build
	./test/basics.test.sh
deploy:
	docker push acme/db:latest
`;
  const first = `version: 2
jobs:
jobs:
  test:
    machine:
      docker_layer_caching: true
    steps:
      - checkout
      - run: make test
  deploy:
    machine:
      docker_layer_caching: true
    environment:
      BUILD_NUM: $CIRCLE_BUILD_NUM
    steps:
      - run: docker login -e $EMAIL -u $USERNAME -p $PASSWORD
      - run: make deploy
workflows:
  version: 2
  build_and_test:
    jobs:
      - test
      - deploy:
          requires:
            - test
          filters:
            branches:
              only: master
`;
  const second = first.replace('-e $EMAIL ', '');
  const third = second.replace('jobs:\njobs:', 'jobs:');
  const fourth = third.replace(
    '      - run: docker login -u $USERNAME -p $PASSWORD\n',
    '      - checkout\n      - run: docker login -u $USERNAME -p $PASSWORD\n      - run: make build\n',
  );
  const fifth = fourth.replace('make test', 'make test || true');

  async function errorsOf(config: string): Promise<readonly string[]> {
    const found = await lint({ '.circleci/config.yml': config, makefile });
    return found.filter((line) => line.includes(' error '));
  }

  const twice =
    'L08 error .circleci/config.yml:3: The key `jobs` is here a second time, first in line 2, column 1.';

  it('the first push: a key that is there twice, a flag that is gone, no files, no image', async () => {
    expect(await errorsOf(first)).toEqual([
      twice,
      literal(14),
      'L05 error .circleci/config.yml:16: `docker login` has no flag `-e` any more.',
      ...noFiles(17),
    ]);
  });

  it('the second: the flag is mended', async () => {
    expect(await errorsOf(second)).toEqual([twice, literal(14), ...noFiles(17)]);
  });

  it('the third: so is the key', async () => {
    expect(await errorsOf(third)).toEqual([literal(13), ...noFiles(16)]);
  });

  it('the fourth: files and image are there; it is another image than the one that passed', async () => {
    const found = await lint({ '.circleci/config.yml': fourth, makefile });

    expect(found).toContain(literal(13));
    expect(found).toContain(
      'L03 warning .circleci/config.yml:17: `docker build -t acme/db:latest .` (of `make build`) builds again in `deploy` what `test` has built and tested.',
    );
    expect(found.filter((line) => line.startsWith('L09'))).toEqual([]);
  });

  it('the fifth: a gate that cannot fail, and stayed', async () => {
    expect(await errorsOf(fifth)).toEqual([
      'L01 error .circleci/config.yml:8: `make test` cannot fail: `|| true` throws its exit code away.',
      literal(13),
    ]);
  });

  it('is told to a person with the line itself and what to write', async () => {
    await lint({ '.circleci/config.yml': fifth, makefile });

    const { output, isPassed } = await lintFiles({ folder, env: {}, files: [], format: 'text' });

    expect(isPassed).toBe(false);
    expect(output).toContain(`      - run: make test || true
    |              ^^^^^^^^^
  Remove what hides the failure;`);
    expect(output).toContain('.circleci/config.yml: 2 errors, 4 warnings\n');
  });
});
