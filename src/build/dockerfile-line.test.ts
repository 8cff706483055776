import { expect, test } from 'vitest';
import { locateReference, locateStep, stageNames } from './dockerfile-line.ts';

const DOCKERFILE = `# syntax comment
ARG BASE=a
FROM \${BASE} AS Build
WORKDIR /
RUN echo "$BASE" && \\
    # why
    make
RUN true
COPY ["a b", "/c/"]

FROM build
RUN true
run <<EOF
FROM nowhere
make $x
EOF
FROM scratch
COPY --from=Build /a /b
COPY --from=docker.io/library/tool:1 /a /b
`;

function lineOf(name: string): number | undefined {
  return locateStep(DOCKERFILE, name)?.firstLine;
}

test.each([
  ['[build 1/4] FROM docker.io/library/a', 3],
  ['[build 2/4] RUN echo "a" &&     make', 5],
  ['[linux/arm64 build 3/4] RUN true', 8],
  ['[build 4/4] COPY [a b, /c/]', 9],
  ['[stage-1 1/2] RUN true', 12],
  ['[stage-1 2/2] RUN <<EOF (FROM nowhere...)', 13],
  ['[stage-2 1/2] COPY --from=Build /a /b', 18],
  ['[stage-2 2/2] COPY --from=docker.io/library/tool:1 /a /b', 19],
  ['[build 3/4] RUN not in this file', undefined],
  ['[other 1/1] RUN true', undefined],
  ['[internal] load build definition', undefined],
  ['exporting to image', undefined],
] as const)('%s stands at line %s', (name, line) => {
  expect(lineOf(name)).toBe(line);
});

test('a here-document ends where it ends', () => {
  expect(locateStep(DOCKERFILE, '[stage-1 2/2] RUN <<EOF (x...)')).toMatchObject({
    firstLine: 13,
    lastLine: 16,
  });
});

test('steps that an ONBUILD of the base adds are not taken for ours', () => {
  const dockerfile = 'FROM base\nRUN echo ours\n';

  expect(locateStep(dockerfile, '[2/2] RUN theirs')).toBeUndefined();
  expect(locateStep(dockerfile, '[ 3/2] RUN echo ours')?.firstLine).toBe(2);
});

test('of equal instructions the place decides', () => {
  const dockerfile = 'FROM a\nRUN x\nRUN y\nRUN x\n';

  expect(locateStep(dockerfile, '[2/4] RUN x')?.firstLine).toBe(2);
  expect(locateStep(dockerfile, '[4/4] RUN x')?.firstLine).toBe(4);
});

test.each(['scratch', '--platform=linux/amd64 scratch', 'Base'])(
  'FROM %s is no step, so the first instruction is the first',
  (from) => {
    const dockerfile = `FROM a AS base\nFROM ${from} AS b\nCOPY x /x\nRUN ["/x", "y"]\nRUN z\nRUN ["/x", "z"]\n`;

    expect(locateStep(dockerfile, '[b 2/4] RUN ["/x", "y"]')?.firstLine).toBe(4);
    expect(locateStep(dockerfile, '[b 3/4] RUN z')?.firstLine).toBe(5);
    expect(locateStep(dockerfile, '[b 4/4] RUN ["/x", "z"]')?.firstLine).toBe(6);
  },
);

test('an image reference is found by what stands in the file, when only one instruction has it', () => {
  expect(locateReference('FROM alpine\n', 'docker.io/library/alpine:latest')?.firstLine).toBe(1);
  expect(locateReference(DOCKERFILE, 'docker.io/library/tool:1')?.firstLine).toBe(19);
  expect(locateReference('FROM a\nFROM a\n', 'docker.io/library/a:latest')).toBeUndefined();
});

test('stages with a name have one', () => {
  expect(stageNames(DOCKERFILE)).toEqual(['build']);
});

test('a Dockerfile that cannot be read has no places', () => {
  expect(locateStep('FROM a\nRUNN x\nRUN y\n', '[2/2] RUN y')).toBeUndefined();
  expect(stageNames('NONSENSE')).toEqual([]);
});
