import { DockerfileParser } from 'dockerfile-ast';
import { describe, expect, test } from 'vitest';
import { DockerfileError } from './errors.ts';
import { parseDockerfile } from './parse.ts';

/** Keyword, text and line of each instruction. */
function read(text: string): readonly string[] {
  return parseDockerfile(text).instructions.map(
    (instruction) => `${instruction.line} ${instruction.keyword} ${instruction.text}`,
  );
}

function errorOf(text: string): DockerfileError {
  try {
    parseDockerfile(text);
  } catch (error) {
    if (error instanceof DockerfileError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('instructions', () => {
  test.each<[string, string, readonly string[]]>([
    ['plain lines', 'FROM a\nRUN b\n', ['1 FROM a', '2 RUN b']],
    ['no line end at the end', 'FROM a', ['1 FROM a']],
    ['any case and space around', '  from   a  as b \n\tRun\tx\n', ['1 FROM a  as b', '2 RUN x']],
    ['Windows line ends', 'FROM a\r\nRUN b \\\r\n  c\r\n', ['1 FROM a', '2 RUN b   c']],
    ['a byte order mark', '\uFEFFFROM a\n', ['1 FROM a']],
    ['empty lines', '\n\nFROM a\n\n\nRUN b\n\n', ['3 FROM a', '6 RUN b']],
    ['comments', '# c\nFROM a\n  # c\nRUN b # no comment\n', ['2 FROM a', '4 RUN b # no comment']],
    ['a continuation', 'FROM a\nRUN b \\\n  c\nUSER d\n', ['1 FROM a', '2 RUN b   c', '4 USER d']],
    ['space after the backslash', 'FROM a\nRUN b \\  \n  c\n', ['1 FROM a', '2 RUN b   c']],
    [
      'a comment in a continuation',
      'FROM a\nRUN b \\\n# c\n   # d\n  e\nUSER f\n',
      ['1 FROM a', '2 RUN b   e', '6 USER f'],
    ],
    [
      'a comment that ends in a backslash',
      'FROM a\nRUN b \\\n# c \\\n  e\nUSER f\n',
      ['1 FROM a', '2 RUN b   e', '5 USER f'],
    ],
    ['an empty line in a continuation', 'FROM a\nRUN b \\\n\n\n  c\n', ['1 FROM a', '2 RUN b   c']],
    ['a continuation at the end of the file', 'FROM a\nRUN b \\\n', ['1 FROM a', '2 RUN b']],
    [
      'two backslashes, which are no continuation',
      'FROM a\nRUN b\\\\\nUSER c\n',
      ['1 FROM a', '2 RUN b\\\\', '3 USER c'],
    ],
    ['a keyword on a line of its own', 'FROM \\\n  a\n', ['1 FROM a']],
    ['a split word', 'FROM al\\\npine\n', ['1 FROM alpine']],
    [
      'another escape character',
      '# escape=`\nFROM a\nRUN b `\n c \\\nUSER d\n',
      ['2 FROM a', '3 RUN b  c \\', '5 USER d'],
    ],
    ['an instruction without arguments', 'FROM\n', ['1 FROM ']],
    ['a line of only a backslash', 'FROM a\n\\\nRUN b\n', ['1 FROM a', '3 RUN b']],
  ])('are read with %s', (_, text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  test('know where each of their characters stands', () => {
    const text = '# c\nFROM  al\\\n# x\n  pine:3\n';

    const [from] = parseDockerfile(text).instructions;

    expect(from?.text).toBe('al  pine:3');
    expect(from?.offsets.map((offset) => text[offset]).join('')).toBe('al  pine:3');
    expect(text.slice(from?.range.start, from?.range.end)).toBe('FROM  al\\\n# x\n  pine:3');
  });

  test('are those that a public parser finds in ordinary files', () => {
    const text = [
      '# syntax=docker/dockerfile:1',
      'ARG V=1',
      'FROM --platform=$BUILDPLATFORM golang:$V AS build # not a comment',
      'RUN --mount=type=cache,target=/root go build \\',
      '    -o /x \\',
      '    # why',
      '    ./cmd',
      'FROM scratch',
      'COPY --from=build /x /x',
      'HEALTHCHECK --interval=1s CMD ["/x", "health"]',
      'COPY <<EOF /etc/x',
      'FROM nothing',
      'EOF',
      'ENTRYPOINT ["/x"]',
      '',
    ].join('\n');

    const ours = parseDockerfile(text).instructions.map(
      ({ keyword, line }) => `${line} ${keyword}`,
    );
    const theirs = DockerfileParser.parse(text)
      .getInstructions()
      .map((each) => `${each.getRange().start.line + 1} ${each.getKeyword()}`);

    expect(ours).toEqual(theirs);
  });
});

describe('here-documents', () => {
  test.each<[string, string, readonly string[]]>([
    ['of RUN', 'FROM a\nRUN <<EOF\nFROM b\nEOF\nUSER c', ['EOF: FROM b\n']],
    [
      'two of one COPY',
      'FROM a\nCOPY <<X <<Y /d/\nFROM b\nX\nFROM c\nY\nUSER c',
      ['X: FROM b\n', 'Y: FROM c\n'],
    ],
    ['quoted', 'FROM a\nRUN <<"EOF"\n$x\nEOF\nUSER c', ['EOF raw: $x\n']],
    ['single quoted', "FROM a\nRUN <<'EOF'\n$x\nEOF\nUSER c", ['EOF raw: $x\n']],
    ['with tabs', 'FROM a\nRUN <<-EOF\n\tFROM b\n\tEOF\nUSER c', ['EOF: \tFROM b\n']],
    ['for another descriptor', 'FROM a\nRUN x 3<<EOF\nFROM b\nEOF\nUSER c', ['EOF: FROM b\n']],
    [
      'after a continuation',
      'FROM a\nRUN cat <<EOF && \\\n  x\nFROM b\nEOF\nUSER c',
      ['EOF: FROM b\n'],
    ],
    ['of ADD', 'FROM a\nADD <<EOF /x\nEOF\nUSER c', ['EOF: ']],
    ['under ONBUILD', 'FROM a\nONBUILD RUN <<EOF\nFROM b\nEOF\nUSER c', ['EOF: FROM b\n']],
    [
      'that hold comments and backslashes',
      'FROM a\nRUN <<EOF\n# x \\\nEOF\nUSER c',
      ['EOF: # x \\\n'],
    ],
    ['with Windows line ends', 'FROM a\r\nRUN <<EOF\r\nFROM b\r\nEOF\r\nUSER c', ['EOF: FROM b\n']],
  ])('%s are no instructions', (_, text, expected) => {
    const { instructions } = parseDockerfile(text);

    const [from, user, last] = instructions;

    expect([from?.keyword, last?.keyword, last?.text]).toEqual(['FROM', 'USER', 'c']);
    expect(
      user?.heredocs.map(
        ({ name, isExpanded, content }) => `${name}${isExpanded ? '' : ' raw'}: ${content}`,
      ),
    ).toEqual(expected);
  });

  test.each([
    ['in quotes', 'FROM a\nRUN echo "<<EOF"\nUSER c'],
    ['of an instruction that has none', 'FROM a\nENV X=<<EOF\nUSER c'],
    ['that are shifts', 'FROM a\nRUN echo $((1<<2))\nUSER c'],
    ['that are here-strings', 'FROM a\nRUN cat <<<foo\nUSER c'],
    ['in JSON form', 'FROM a\nRUN ["cat", "<<EOF"]\nUSER c'],
    ['without a name', 'FROM a\nRUN cat << x\nUSER c'],
  ])('%s are none', (_, text) => {
    const { instructions } = parseDockerfile(text);

    expect(instructions.map(({ keyword }) => keyword)).toHaveLength(3);
    expect(instructions.at(-1)?.text).toBe('c');
  });

  test('without their end are DOCKERFILE_SYNTAX', () => {
    expect(errorOf('FROM a\nRUN <<EOF\nFROM b\n')).toMatchObject({
      code: 'DOCKERFILE_SYNTAX',
      hint: 'End it with a line that holds only `EOF`.',
      place: { line: 2, column: 1 },
    });
  });
});

describe('directives', () => {
  test.each<[string, string, object]>([
    ['none', 'FROM a', { escape: '\\' }],
    ['a syntax', '# syntax=docker/dockerfile:1.7\nFROM a', { syntax: 'docker/dockerfile:1.7' }],
    [
      'both, in any case and spacing',
      '#Syntax = x\n#  ESCAPE=`\nFROM a',
      { syntax: 'x', escape: '`' },
    ],
    ['one after another that is not known', '# foo=bar\n# syntax=x\nFROM a', { syntax: 'x' }],
    ['one after a comment, which counts no more', '# hello\n# escape=`\nFROM a', { escape: '\\' }],
    ['one after an empty line, which counts no more', '\n# escape=`\nFROM a', { escape: '\\' }],
    ['one after an instruction, which counts no more', 'FROM a\n# escape=`\n', { escape: '\\' }],
    ['a byte order mark before it', '\uFEFF# escape=`\nFROM a', { escape: '`' }],
  ])('%s', (_, text, expected) => {
    expect(parseDockerfile(text)).toMatchObject(expected);
  });

  test('given twice or with another escape character are DOCKERFILE_SYNTAX', () => {
    expect(errorOf('# escape=`\n# escape=`\nFROM a').problem).toBe(
      'the directive `escape` is given twice',
    );
    expect(errorOf('# escape=/\nFROM a').problem).toContain('and not /');
  });
});

test('an unknown instruction is shown with its line', () => {
  const error = errorOf('FROM a\nRUN x\n  && y\n');

  expect(error.code).toBe('DOCKERFILE_SYNTAX');
  expect(error.hint).toContain('End the line before with the escape character');
  expect(error.message).toMatchInlineSnapshot(`
    "Dockerfile:3:3: there is no instruction \`&&\`
      3 |   && y
        |   ^^"
  `);
});

test('a hostile file is read in linear time', () => {
  const startedAtMs = performance.now();

  parseDockerfile(`FROM a\n${'RUN x \\\n'.repeat(100_000)}  y\n${'USER a\n'.repeat(20_000)}`);
  parseDockerfile(`FROM a\nRUN ${'"'.repeat(50_000)} <<`);
  parseDockerfile(`FROM a\nRUN ${'\\'.repeat(50_001)}x <<`);

  expect(performance.now() - startedAtMs).toBeLessThan(3000);
});
