import { describe, expect, test } from 'vitest';
import { DockerfileError } from './errors.ts';
import { parseDockerfile } from './parse.ts';
import { pinBases } from './pin-bases.ts';
import { resolveDockerfile, type ResolvedDockerfile, type ResolveOptions } from './resolve.ts';

const amd64 = { os: 'linux', architecture: 'amd64' };

function resolve(text: string, options: Partial<ResolveOptions> = {}): ResolvedDockerfile {
  return resolveDockerfile({ parsed: parseDockerfile(text), platform: amd64, ...options });
}

/** The bases of all stages: a reference, `scratch`, or the number of a stage. */
function bases(text: string, options: Partial<ResolveOptions> = {}): readonly (string | number)[] {
  return resolve(text, options).stages.map(({ base }) => {
    if (base.kind === 'image') return base.reference;
    return base.kind === 'stage' ? base.index : 'scratch';
  });
}

function errorOf(text: string, options: Partial<ResolveOptions> = {}): DockerfileError {
  try {
    resolve(text, options);
  } catch (error) {
    if (error instanceof DockerfileError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('the base of a stage', () => {
  test.each<[string, Partial<ResolveOptions>, readonly (string | number)[]]>([
    ['FROM alpine:3', {}, ['alpine:3']],
    ['FROM scratch', {}, ['scratch']],
    ['FROM a AS b\nFROM b', {}, ['a', 0]],
    ['FROM a AS B\nFROM b\nFROM B', {}, ['a', 0, 0]],
    ['FROM b\nFROM a AS b\nFROM b', {}, ['b', 'a', 1]],
    ['FROM base AS base\nFROM base', {}, ['base', 0]],
    ['FROM a AS x\nFROM b AS x\nFROM x', {}, ['a', 'b', 1]],
    ['FROM 0', {}, ['0']],
    // Arguments.
    ['ARG V=3\nFROM alpine:$V', {}, ['alpine:3']],
    ['ARG V=3\nFROM alpine:$V', { args: { V: '4' } }, ['alpine:4']],
    ['ARG V\nFROM alpine:${V:-5}', {}, ['alpine:5']],
    ['ARG V\nFROM alpine:${V}', { args: { V: '4' } }, ['alpine:4']],
    ['ARG BASE=alpine\nARG TAG=3\nARG FULL=${BASE}:${TAG}\nFROM $FULL', {}, ['alpine:3']],
    [
      'ARG BASE=alpine\nARG TAG=3\nARG FULL=${BASE}:${TAG}\nFROM $FULL',
      { args: { TAG: '4' } },
      ['alpine:4'],
    ],
    ['ARG A=alpine B=$A:3\nFROM $B', {}, ['alpine:3']],
    ['ARG TAG=3-slim\nFROM alpine:${TAG%-slim}', {}, ['alpine:3']],
    ['ARG V="3"\nFROM alpine:$V', {}, ['alpine:3']],
    ['ARG V=\'$X\'\nFROM "alpine:3"', {}, ['alpine:3']],
    ['ARG V=1\nARG V=2\nFROM alpine:$V', {}, ['alpine:2']],
    ['ARG V=1\nFROM a:$V\nARG V=2\nFROM b:$V', {}, ['a:1', 'b:1']],
    ['FROM alpine:$TARGETARCH', {}, ['alpine:amd64']],
    ['FROM alpine:$TARGETARCH', { args: { TARGETARCH: 'arm64' } }, ['alpine:arm64']],
    [
      'FROM --platform=$BUILDPLATFORM a:$TARGETOS-$TARGETARCH$TARGETVARIANT',
      { platform: { os: 'linux', architecture: 'arm', variant: 'v7' }, buildPlatform: amd64 },
      ['a:linux-armv7'],
    ],
    ['ARG toString=3\nFROM alpine:$toString', {}, ['alpine:3']],
    ['ARG V=3\nFROM al\\\npine:$V AS x', {}, ['alpine:3']],
    ['# escape=`\nARG V=3\nFROM alpine:`\n$V', {}, ['alpine:3']],
    ['FROM a\nRUN <<EOF\nFROM b\nEOF', {}, ['a']],
  ])('%j with %j is %j', (text, options, expected) => {
    expect(bases(text, options)).toEqual(expected);
  });

  test('that is empty names the variable without a value', () => {
    expect(errorOf('ARG BASE\nFROM $BASE\n')).toMatchObject({
      code: 'DOCKERFILE_BASE_INVALID',
      problem: 'the base image "" is empty; `BASE` has no value here',
      hint: 'Give `BASE` a value in `args`, or a default in an ARG before the first FROM.',
      place: { line: 2, column: 6 },
    });
  });

  test('that is half empty does so too', () => {
    expect(errorOf('FROM alpine:$TAG\n').message).toMatchInlineSnapshot(`
      "Dockerfile:1:6: the base image "alpine:" has an empty tag; \`TAG\` has no value here
        1 | FROM alpine:$TAG
          |      ^^^^^^^^^^^"
    `);
  });

  test('does not know the arguments of a stage', () => {
    expect(errorOf('FROM a\nARG V=1\nFROM b:$V\n').problem).toContain('`V` has no value here');
  });
});

describe('the target', () => {
  const text = 'FROM a AS one\nFROM b AS two\nFROM c\n';

  test.each([
    [undefined, 2],
    ['one', 0],
    ['TWO', 1],
    ['0', 0],
    ['2', 2],
  ])('%s is stage %i', (target, index) => {
    expect(resolve(text, { target }).target.index).toBe(index);
  });

  test.each(['three', '3', '-1', ''])('%j is DOCKERFILE_UNKNOWN_TARGET', (target) => {
    expect(errorOf(text, { target })).toMatchObject({
      code: 'DOCKERFILE_UNKNOWN_TARGET',
      message: `Dockerfile has no stage \`${target}\``,
      hint: 'Set `target` to one of `one`, `two`.',
    });
  });
});

describe('what the target reaches', () => {
  const text = [
    'FROM go AS build',
    'FROM node AS assets',
    'FROM lint AS check',
    'COPY --from=other/lint /x /x',
    'FROM alpine:3 AS base',
    'RUN --mount=type=bind,from=tools:1,source=/a,target=/b --mount=type=cache,target=/c x',
    'FROM base',
    'COPY --chown=1 --from=build /x /x',
    'COPY --from=1 /y /y',
    'COPY --from=nginx:1 /z /z',
    'ADD --from="me/data" /d /d',
    '',
  ].join('\n');

  test('is found through bases, COPY and mounts, by name and number', () => {
    const { stages } = resolve(text);

    expect(stages.filter(({ isReached }) => isReached).map(({ index }) => index)).toEqual([
      0, 1, 3, 4,
    ]);
  });

  test('are the only images that are used', () => {
    const { uses } = resolve(text);

    expect(uses.map((use) => `${use.line}:${use.column} ${use.kind} ${use.reference}`)).toEqual([
      '1:6 from go',
      '2:6 from node',
      '5:6 from alpine:3',
      '6:28 mount tools:1',
      '10:13 copy nginx:1',
      '11:13 copy me/data',
    ]);
  });

  test('are all found where they stand in the text', () => {
    const { uses } = resolve(text);

    expect(uses.map(({ range }) => text.slice(range.start, range.end))).toEqual(
      uses.map(({ reference }) => reference),
    );
  });

  test('ends at a stage of its own', () => {
    expect(resolve(text, { target: 'base' }).uses.map(({ reference }) => reference)).toEqual([
      'alpine:3',
      'tools:1',
    ]);
  });

  test('does not hold a name of a later stage: that is an image', () => {
    const { uses } = resolve('FROM a\nCOPY --from=b / /\nFROM c AS b\nFROM 0\n', { target: '0' });

    expect(uses.map(({ reference }) => reference)).toEqual(['a', 'b']);
  });

  test('holds nothing for scratch and for ONBUILD', () => {
    const { uses } = resolve('FROM scratch\nCOPY --from=scratch / /\nONBUILD COPY --from=x / /\n');

    expect(uses).toEqual([]);
  });

  test('cannot be a stage that does not come before', () => {
    expect(errorOf('FROM a\nCOPY --from=0 /x /y\n')).toMatchObject({
      code: 'DOCKERFILE_UNKNOWN_STAGE',
      place: { line: 2, column: 13 },
    });
  });

  test.each(['COPY --from=$X / /', 'RUN --mount=from=${X},target=/x y'])(
    'cannot have a variable: %s',
    (line) => {
      expect(errorOf(`FROM a\n${line}\n`)).toMatchObject({
        code: 'DOCKERFILE_SYNTAX',
        hint: expect.stringMatching(/^Add a stage `FROM \$\{?X\}? AS name`/u) as unknown,
      });
    },
  );
});

describe('facts', () => {
  test('are those of the target', () => {
    const { facts } = resolve(`
FROM a
ARG PORT=8000
ENV DATA=/data
EXPOSE $PORT 53/UDP 9000-9002 \${PORT}/tcp nonsense
VOLUME $DATA /logs
VOLUME ["/json", "/with space"]
USER app:app
STOPSIGNAL SIGQUIT
HEALTHCHECK --interval=1s CMD curl localhost
ENTRYPOINT ["/app"]
CMD ["-x"]
`);

    expect(facts).toEqual({
      exposedPorts: ['8000/tcp', '53/udp', '9000/tcp', '9001/tcp', '9002/tcp'],
      volumes: ['/data', '/logs', '/json', '/with space'],
      user: 'app:app',
      stopSignal: 'SIGQUIT',
      hasHealthcheck: true,
      entrypoint: ['/app'],
      command: ['-x'],
    });
  });

  test('are inherited from stages and from nowhere else', () => {
    const text =
      'FROM x AS a\nEXPOSE 1\nUSER u\nENV P=2\nFROM y AS b\nEXPOSE 9\nFROM a\nEXPOSE $P\nHEALTHCHECK none\n';

    expect(resolve(text).facts).toMatchObject({
      exposedPorts: ['1/tcp', '2/tcp'],
      user: 'u',
      hasHealthcheck: false,
    });
  });

  test('take arguments of the build', () => {
    const text = 'ARG P=1\nFROM a\nEXPOSE $P\nARG P\nEXPOSE $P\n';

    expect(resolve(text).facts.exposedPorts).toEqual(['1/tcp']);
    expect(resolve(text, { args: { P: '7' } }).facts.exposedPorts).toEqual(['7/tcp']);
  });

  test('prefer ENV to ARG of the same name', () => {
    const text = 'FROM a\nENV P=1\nARG P=2\nEXPOSE $P\n';

    expect(resolve(text, { args: { P: '3' } }).facts.exposedPorts).toEqual(['1/tcp']);
  });

  test('leave out what only a base image can know', () => {
    const { facts } = resolve('FROM a\nUSER $APP_USER\nEXPOSE $APP_PORT 80\n');

    expect(facts).toMatchObject({ exposedPorts: ['80/tcp'], user: undefined });
  });

  test('know how commands are run', () => {
    expect(resolve('FROM a\nCMD x $Y\n').facts.command).toEqual(['/bin/sh', '-c', 'x $Y']);
    expect(resolve('FROM a\nSHELL ["bash", "-c"]\nCMD x\n').facts.command).toEqual([
      'bash',
      '-c',
      'x',
    ]);
  });

  test('forget an inherited CMD with a new ENTRYPOINT, and keep their own', () => {
    const base = 'FROM a AS b\nCMD ["x"]\nFROM b\n';

    expect(resolve(`${base}ENTRYPOINT ["e"]\n`).facts.command).toBeUndefined();
    expect(resolve(`${base}CMD ["y"]\nENTRYPOINT ["e"]\n`).facts.command).toEqual(['y']);
  });

  test('with a broken variable are DOCKERFILE_EXPANSION at its place', () => {
    expect(errorOf('FROM a\nUSER app:${X\n')).toMatchObject({
      code: 'DOCKERFILE_EXPANSION',
      place: { line: 2, column: 10 },
    });
  });
});

describe('the canonical text', () => {
  const text =
    'ARG V=1\nFROM a:$V AS x\nRUN b \\\n  c # d\nARG V\nARG W=$V-w\nENV E=$W\nCOPY <<EOF /y\n$V\nEOF\n';

  test('has arguments and bases with their values', () => {
    expect(resolve(text).canonical).toMatchInlineSnapshot(`
      "FROM a:1 AS x (target)
      RUN b   c # d
      ARG V="1"
      ARG W="1-w"
      ENV E=$W
      COPY <<EOF /y
      $V
      EOF
      "
    `);
  });

  test.each<[string, string]>([
    ['comments and empty lines', text.replace('RUN', '# hello\n\nRUN')],
    ['comments in a continuation', text.replace('  c', '# hello\n  c')],
    ['case of keywords', text.replace('RUN', 'run')],
    ['line ends', text.replaceAll('\n', '\r\n')],
    ['stages that nothing needs', text.replace('FROM', 'FROM lint AS l\nRUN lint\nFROM')],
    ['arguments that nothing declares', text],
  ])('does not change with %s', (_, other) => {
    expect(resolve(other, { args: { UNRELATED: '1' } }).canonical).toBe(resolve(text).canonical);
  });

  test.each<[string, string, Partial<ResolveOptions>]>([
    ['a value of an argument', text, { args: { V: '2' } }],
    ['an argument of a stage', text, { args: { W: '2' } }],
    ['an instruction', text.replace('RUN b', 'RUN bb'), {}],
    ['a here-document', text.replace('$V\nEOF', '$W\nEOF'), {}],
    ['the frontend', `# syntax=x\n${text}`, {}],
    ['the base', text.replace('a:', 'b:'), {}],
    ['the platform of the base', text.replace('FROM', 'FROM --platform=linux/arm64'), {}],
    ['a platform that is used', text.replace('a:$V', 'a:$TARGETARCH'), {}],
    ['the target', `${text}FROM x\n`, {}],
  ])('changes with %s', (_, other, options) => {
    expect(resolve(other, options).canonical).not.toBe(resolve(text).canonical);
  });

  test('does not know proxies: they do not decide the result', () => {
    const proxied = 'FROM a\nARG HTTP_PROXY\nRUN b\n';

    expect(resolve(proxied, { args: { HTTP_PROXY: 'http://user:pw@x' } }).canonical).toBe(
      resolve(proxied).canonical,
    );
  });
});

test('arguments that nothing declares are told, predefined ones are not', () => {
  const args = {
    V: '1',
    W: '1',
    X: '1',
    http_proxy: 'x',
    BUILDKIT_INLINE_CACHE: '1',
    TARGETARCH: 'x',
  };

  const { unknownArgs, declaredArgs } = resolve('ARG V\nFROM a\nARG W\n', { args });

  expect(unknownArgs).toEqual(['X']);
  expect(declaredArgs).toEqual(['V', 'W']);
});

describe('pinned references', () => {
  test('replace exactly the references, and keep every line', () => {
    const text =
      'ARG B=base\nFROM ${B} AS x\nFROM al\\\n# comment\npine AS y\r\nCOPY --from=base /a /b\nRUN --mount=type=bind,from=base,target=/x y\n';
    const { uses } = resolve(`${text}FROM x\nCOPY --from=y / /\n`);

    const pinned = pinBases(
      text,
      uses.map(({ range, reference }) => ({ range, reference: `localhost/${reference}:pinned` })),
    );

    expect(pinned).toBe(
      'ARG B=base\nFROM localhost/base:pinned AS x\nFROM localhost/alpine:pinned\\\n\\\n AS y\r\nCOPY --from=localhost/base:pinned /a /b\nRUN --mount=type=bind,from=localhost/base:pinned,target=/x y\n',
    );
    expect(pinned.split('\n')).toHaveLength(text.split('\n').length);
    expect(bases(`${pinned}FROM x\n`)).toEqual([
      'localhost/base:pinned',
      'localhost/alpine:pinned',
      0,
    ]);
  });
});

test.each([
  ['RUN x\n', 'DOCKERFILE_NO_STAGE', 'there is no FROM'],
  ['', 'DOCKERFILE_NO_STAGE', 'there is no FROM'],
  ['RUN x\nFROM a\n', 'DOCKERFILE_SYNTAX', 'RUN stands before the first FROM'],
  ['FROM\n', 'DOCKERFILE_SYNTAX', 'FROM needs one image'],
  ['FROM a b\n', 'DOCKERFILE_SYNTAX', 'FROM needs one image'],
  ['FROM a AS\n', 'DOCKERFILE_SYNTAX', 'FROM needs one image'],
  ['FROM a AS b c\n', 'DOCKERFILE_SYNTAX', 'FROM needs one image'],
  ['FROM --platform=x\n', 'DOCKERFILE_SYNTAX', 'FROM needs one image'],
  ['FROM a AS 1b\n', 'DOCKERFILE_SYNTAX', '`1b` is no valid name of a stage'],
  ['FROM a\nARG\n', 'DOCKERFILE_SYNTAX', 'ARG needs a name'],
  ['FROM a\nARG =x\n', 'DOCKERFILE_SYNTAX', 'ARG needs a name'],
  ['ARG V="${W:?give W}"\nFROM a\n', 'DOCKERFILE_EXPANSION', '`W` is not set: give W'],
  ['FROM Alpine\n', 'DOCKERFILE_BASE_INVALID', 'has upper-case letters'],
])('%j is %s: %s', (text, code, problem) => {
  const error = errorOf(text);

  expect(error.code).toBe(code);
  expect(error.problem).toContain(problem);
});
