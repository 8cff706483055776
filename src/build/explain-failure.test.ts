import { expect, test } from 'vitest';
import type { BuildFailure } from './build-failure.ts';
import type { BuildError } from './errors.ts';
import { explainFailure } from './explain-failure.ts';

const DOCKERFILE = `FROM alpine:3 AS build
RUN make \\
    test
COPY src/a.c nowhere/ /
FROM build
COPY --from=build /out /out
RUN chown nobody /out
`;

function explain(failure: Partial<BuildFailure> & { readonly message: string }): BuildError {
  return explainFailure({
    dockerfile: { path: '/project/Dockerfile', text: DOCKERFILE, shownAs: 'app/Dockerfile' },
    context: {
      folder: '/does/not/exist',
      entries: [],
      sizeBytes: 0,
      skipped: [],
      filter: { includes: () => true, excludesWhole: () => false },
    },
    ...failure,
  });
}

function vertex(
  name: string,
  error: string,
  lastLines: readonly string[] = [],
): NonNullable<BuildFailure['vertex']> {
  return { name, error, lastLines };
}

const RUN = '[build 2/3] RUN make     test';

test.each([
  'executor failed running [/bin/sh -c make]: exit code: 2',
  'process "/bin/sh -c make test" did not complete successfully: exit code: 2',
])(
  'a step that ends with a code is BUILD_STEP_FAILED in the words of every BuildKit: %s',
  (error) => {
    const found = explain({
      message: `failed to solve: ${error}`,
      vertex: vertex(RUN, error, ['no']),
    });

    expect(found.code).toBe('BUILD_STEP_FAILED');
    expect(found.message).toBe(
      [
        'The step `[build 2/3] RUN make     test` failed with exit code 2',
        'app/Dockerfile:2',
        '> 2 | RUN make \\',
        '    | ^^^',
        '  3 |     test',
        'Last output:',
        '  no',
      ].join('\n'),
    );
  },
);

test('a step that was killed gets the hint that memory ran out', () => {
  const error = 'executor failed running [/bin/sh]: exit code: 137';

  expect(explain({ message: error, vertex: vertex(RUN, error) }).hint).toContain('memory');
});

test('a step without an exit code says what the engine said', () => {
  const error = 'invalid user index: -1';
  const found = explain({
    message: error,
    vertex: vertex('[stage-1 2/3] RUN chown nobody /out', error),
  });

  expect(found.code).toBe('BUILD_STEP_FAILED');
  expect(found.message).toContain('failed: invalid user index: -1\napp/Dockerfile:7');
});

test.each([
  ['write /x: no space left on device', []],
  ['exit code: 1', ['cc: No space left on device', 'make: failed']],
] as const)('a full disk is BUILD_DISK_FULL: %s', (error, lastLines) => {
  expect(explain({ message: error, vertex: vertex(RUN, error, lastLines) }).code).toBe(
    'BUILD_DISK_FULL',
  );
});

test('an engine that cannot connect a step is BUILD_ENGINE_NETWORK, and says nothing of the image', () => {
  const error = 'adding interface veth1 to bridge docker0 failed: could not find bridge docker0';

  expect(explain({ message: error, vertex: vertex(RUN, error) })).toMatchObject({
    code: 'BUILD_ENGINE_NETWORK',
    exitCode: 3,
  });
});

test.each([
  '"/src/a.c" not found: not found',
  'failed to calculate checksum of ref k3s::abc: "/src/a.c": not found',
])('a missing source is BUILD_COPY_MISSING in the words of every BuildKit: %s', (error) => {
  const found = explain({
    message: `failed to compute cache key: ${error}`,
    vertex: vertex('[build 3/3] COPY src/a.c nowhere/ /', error),
  });

  expect(found.code).toBe('BUILD_COPY_MISSING');
  expect(found.message).toContain('the context has no src/a.c\napp/Dockerfile:4');
});

test.each([
  [
    'pull access denied, repository does not exist or may require authorization',
    'BUILD_BASE_DENIED',
  ],
  ['unexpected status from HEAD request: 401 Unauthorized', 'BUILD_BASE_DENIED'],
  ['docker.io/library/alpine:3: not found', 'BUILD_BASE_UNKNOWN'],
  ['manifest unknown: manifest unknown', 'BUILD_BASE_UNKNOWN'],
  ['no match for platform in manifest sha256:abc: not found', 'BUILD_BASE_UNKNOWN'],
  [
    'failed to do request: Head "https://r/v2": dial tcp: lookup r: no such host',
    'BUILD_BASE_UNREACHABLE',
  ],
  [
    'failed to do request: dial tcp 127.0.0.1:80: connect: connection refused',
    'BUILD_BASE_UNREACHABLE',
  ],
] as const)('an image that cannot be had: %s is %s', (error, code) => {
  const found = explain({
    message: `failed to solve: ${error}`,
    vertex: vertex('[internal] load metadata for docker.io/library/alpine:3', error),
  });

  expect(found.code).toBe(code);
  expect(found.message).toContain('docker.io/library/alpine:3');
  expect(found.message).toContain('app/Dockerfile:1');
});

test('a syntax image that cannot be had is an image that cannot be had', () => {
  const error = 'failed to do request: no such host';
  const name = 'resolve image config for docker-image://docker.io/docker/dockerfile:1';

  expect(explain({ message: error, vertex: vertex(name, error) }).code).toBe(
    'BUILD_BASE_UNREACHABLE',
  );
});

test('a download that fails is BUILD_DOWNLOAD_FAILED', () => {
  const found = explain({ message: '404', vertex: vertex('https://example.org/x', 'status 404') });

  expect(found.code).toBe('BUILD_DOWNLOAD_FAILED');
});

test.each([
  'dockerfile parse error line 2: unknown instruction: RUNN',
  'dockerfile parse error on line 2: unknown instruction: RUNN',
])('a line that makes no sense is BUILD_DOCKERFILE_INVALID: %s', (message) => {
  const found = explain({ message: `failed to solve: ${message}` });

  expect(found.code).toBe('BUILD_DOCKERFILE_INVALID');
  expect(found.exitCode).toBe(2);
  expect(found.message).toContain('unknown instruction: RUNN\napp/Dockerfile:2\n> 2 | RUN make');
});

test('a Dockerfile without sense as a whole is BUILD_DOCKERFILE_INVALID', () => {
  const message =
    'failed to solve with frontend dockerfile.v0: failed to create LLB definition: file with no instructions';

  const found = explain({ message });

  expect(found.code).toBe('BUILD_DOCKERFILE_INVALID');
  expect(found.message).toBe(
    'The engine does not understand app/Dockerfile: file with no instructions',
  );
});

test('an unknown target is BUILD_TARGET_UNKNOWN, with the names there are', () => {
  const found = explain({ message: 'target stage "biuld" could not be found' });

  expect(found.code).toBe('BUILD_TARGET_UNKNOWN');
  expect(found.message).toContain('did you mean "build"?');
  expect(found.hint).toContain('build');
});

test('lines come from what people wrote, not from what parents were pinned to', () => {
  const found = explain({
    message: 'exit code: 2',
    vertex: vertex('[2/2] RUN make', 'exit code: 2'),
    dockerfile: {
      path: '/project/Dockerfile',
      text: 'FROM base # mine\n  RUN make\n',
      pinnedText: 'FROM localhost/seatrial/base:0123\n  RUN make\n',
    },
  });

  expect(found.message).toContain('/project/Dockerfile:2\n> 2 |   RUN make\n    |   ^^^');
});

test('a long instruction is shown by its beginning', () => {
  const text = `FROM a\nRUN x \\\n${'  y \\\n'.repeat(30)}  z\n`;

  const found = explain({
    message: 'exit code: 2',
    vertex: vertex('[2/2] RUN x', 'exit code: 2'),
    dockerfile: { path: '/Dockerfile', text: text.replace('RUN x', 'RUN x $A') },
  });

  expect(found.message.split('\n').length).toBeLessThan(14);
});

test('what nobody knows is passed on as it is', () => {
  const found = explain({ message: 'something new' });

  expect(found.code).toBe('BUILD_FAILED');
  expect(found.message).toContain('something new');
});
