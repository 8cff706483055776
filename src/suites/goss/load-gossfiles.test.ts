import { describe, expect, it } from 'vitest';
import { gossSuiteSchema } from '../../config/suite-schema.ts';
import { loadGossfiles, type LoadedGossfile } from './load-gossfiles.ts';
import { verdictsInMemory, withProject, type GossBenchOptions } from './testing/goss-bench.ts';
import type { RunEnd } from './world.ts';

async function load(options: GossBenchOptions): Promise<readonly LoadedGossfile[]> {
  return await withProject(options.files, async (projectFolder) => {
    const settings = gossSuiteSchema.parse({ files: 'goss.yaml', ...options.settings });
    const { env = {}, containerEnv = {} } = options;
    return await loadGossfiles(settings, { projectFolder, env, containerEnv });
  });
}

/** The message, without its heading. */
async function refusal(options: GossBenchOptions): Promise<string> {
  try {
    const loaded = await load(options);
    return `loaded ${String(loaded.length)}`;
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    return `${String(error.code)}: ${error.message.replace(/^\d+ problems? in .*\n\n/u, '')}`;
  }
}

async function refusalOf(text: string): Promise<string> {
  return await refusal({ files: { 'goss.yaml': text } });
}

describe('a file of goss', () => {
  it('GOSS_INVALID: is refused with the place, a caret and what was probably meant', async () => {
    expect(
      await refusalOf('file:\n  /etc/passwd:\n    exists: true\n    mode: {have-prefx: "0"}\n'),
    ).toMatchInlineSnapshot(`
      "GOSS_INVALID: goss.yaml:4:12: There is no matcher \`have-prefx\`.
        4 |     mode: {have-prefx: "0"}
          |            ^^^^^^^^^^
        Did you mean \`have-prefix\`?"
    `);
  });

  it.each([
    [
      'an unknown type',
      'fil: {}',
      'goss.yaml:1:1: The file of goss has no key `fil`.',
      'Did you mean `file`?',
    ],
    [
      'an unknown attribute',
      'file: {/a: {exsits: true}}',
      'goss.yaml:1:13: `file["/a"]` has no key `exsits`.',
      'Did you mean `exists`?',
    ],
    ['a type of Windows', 'registry: {}', 'The file of goss has no key `registry`.', 'Windows'],
    [
      'a type that is there twice',
      'file: {}\nuser: {}\nfile: {}',
      'goss.yaml:3:1: The key `file` is here a second time',
      'first in line 1',
    ],
    [
      'a resource that asserts nothing',
      'port:\n  tcp:80: {ip: [x]}',
      'goss.yaml:2:3: `port` needs the key `listening`, or nothing is asserted.',
      '',
    ],
    [
      'nothing in the place of a matcher',
      'file:\n  /a:\n    exists: true\n    owner:',
      'Nothing stands here, so nothing would be asserted.',
      '',
    ],
    [
      'a matcher deep inside',
      'matching:\n  a: {content: 1, matches: {and: [{gtt: 1}]}}',
      'goss.yaml:2:36: There is no matcher `gtt`.',
      'Did you mean `gt`?',
    ],
    [
      'a pattern that is no text',
      'file: {/a: {exists: true, contents: [1]}}',
      'needs a text, but has 1',
      'Put it into quotes',
    ],
    [
      'a mode that is a number to YAML',
      'file: {/a: {exists: true, mode: 0644}}',
      '`mode: 0644` is a number to YAML',
      'Put it into quotes: `"0644"`.',
    ],
    [
      'a truth value that is a text to goss',
      'process: {a: {running: yes}}',
      '`running: yes` is the text "yes" to goss',
      'Write `true`.',
    ],
    [
      'a delay that is none',
      'package: {a: {installed: true, retry_delay: soon}}',
      '`retry_delay` must be a number of ms or a duration',
      '',
    ],
    [
      'a path that depends on who asks',
      'file:\n  ~/x: {exists: false}',
      'goss.yaml:2:3: `~/x` is no path from the top',
      'Write it from `/` on: `/x`.',
    ],
    [
      'a path that depends on where goss runs',
      'file: {a: {path: etc/x, exists: false}}',
      'goss.yaml:1:8: `etc/x` is no path from the top',
      'Write it from `/` on: `/etc/x`.',
    ],
    [
      'a port that is none',
      'port:\n  tcp:http: {listening: false}',
      'goss.yaml:2:3: `tcp:http` is no port',
      'Write a number, or `tcp:80`',
    ],
    [
      'an address without a port',
      'addr:\n  localhost: {reachable: false}',
      'goss.yaml:2:3: `localhost` is no address',
      'Write it as `tcp://localhost:80`.',
    ],
    [
      'a URL that is none of HTTP',
      'http:\n  ftp://localhost/: {status: 200}',
      'goss.yaml:2:3: `ftp://localhost/` is no URL of HTTP.',
      'Write it as `http://localhost:8080/`.',
    ],
    [
      'a header without a name',
      'http: {http://localhost/: {status: 200, request-headers: [abc]}}',
      'must be as in `Accept: text/html`',
      '',
    ],
    [
      'a name that no process can have',
      'process:\n  containerd-shim-runc-v2: {running: false}',
      'goss.yaml:2:3: No process is named `containerd-shim-runc-v2`',
      'Write `containerd-shim`.',
    ],
    [
      'an empty command',
      'command: {a: {exec: " ", exit-status: 0}}',
      'goss.yaml:1:11: There is no command here.',
      'Write one',
    ],
    [
      'a timeout that is a text',
      'command: {a: {exit-status: 0, timeout: 10s}}',
      '`command.a.timeout` must be a number',
      '',
    ],
    [
      'two documents',
      'file: {}\n---\nfile: {}',
      'A second document begins here; a file of goss is one document.',
      '',
    ],
    ['broken YAML', 'file: {', 'goss.yaml:1:8:', ''],
  ])('is refused for %s', async (...[, text, message, suggestion]) => {
    const refused = await refusalOf(text);

    expect(refused).toContain('GOSS_INVALID');
    expect(refused).toContain(message);
    expect(refused).toContain(suggestion);
  });

  it('can be JSON', async () => {
    const text = '{\n\t"matching": {"a": {"content": 1, "matches": 1}}\n}';

    expect(await verdictsInMemory({ files: { 'goss.yaml': text } })).toEqual({
      'matching: a: matches': 'pass',
    });
  });

  it('names the place in the file, not in what its template made of it', async () => {
    const text = `{{/* a long
comment */ -}}
file:
{{- range mkSlice "/a" "/b" }}
  {{ . }}:
    exists: true
    ownr: {{ upper "root" }}
{{- end }}
  {{ "bad" }}: {}
`;

    expect(await refusalOf(text)).toMatchInlineSnapshot(`
      "GOSS_INVALID: goss.yaml:7:5: \`file["/a"]\` has no key \`ownr\`.
        7 |     ownr: {{ upper "root" }}
          |     ^
        Did you mean \`owner\`?

      goss.yaml:7:5: \`file["/b"]\` has no key \`ownr\`.
        7 |     ownr: {{ upper "root" }}
          |     ^
        Did you mean \`owner\`?"
    `);
  });

  it('GOSS_INVALID: is refused for a template beyond what is rendered', async () => {
    expect(await refusalOf('file:\n  {{ readFile "/x" }}: {exists: true}\n'))
      .toMatchInlineSnapshot(`
      "GOSS_INVALID: goss.yaml:2:6: \`readFile\` reads where goss runs, and here no goss runs in the container.
        2 |   {{ readFile "/x" }}: {exists: true}
          |      ^
        Test the file with \`file\` and \`contents\`, or hand its text in with \`vars\`."
    `);
  });
});

describe('variables', () => {
  const text = 'matching: {a: {content: "{{.Env.A}} {{.Vars.b.c}} {{.Vars.d}}", matches: x}}';
  const files = {
    'goss.yaml': text,
    'one.yaml': 'b: {c: 1, e: 2}\nd: 3\n',
    'two.json': '{"b": {"c": 4}, "d": ""}',
  };
  const settings = { vars: ['one.yaml', 'two.json'] };

  it('are those of the container, and of the files, the later ones first', async () => {
    const verdicts = await verdictsInMemory({ files, settings, containerEnv: { A: 'a' } });

    expect(verdicts['matching: a: matches']).toContain('is "a 4 3"');
  });

  it('of the machine are seen when they are named', async () => {
    const named = { ...settings, env: ['A'] };

    const verdicts = await verdictsInMemory({ files, settings: named, env: { A: 'machine' } });

    expect(verdicts['matching: a: matches']).toContain('is "machine 4 3"');
    expect(await refusal({ files, settings, env: { A: 'machine' } })).toContain(
      'name it in `suites.goss.env` to hand it in',
    );
    expect(await refusal({ files, settings: named })).toContain('Set A where Seatrial runs.');
    expect(await refusal({ files, settings })).toContain('`getEnv` takes a default');
  });

  it('GOSS_INVALID: must be there, and a map', async () => {
    const written = { ...files, 'list.yaml': '[a]', 'x.yaml': 'a: [' };
    const refusals = await Promise.all(
      ['none.yaml', 'list.yaml', 'x.yaml'].map((vars) =>
        refusal({ files: written, settings: { vars } }),
      ),
    );

    expect(refusals).toEqual([
      expect.stringContaining('There is no such file of variables.'),
      expect.stringContaining('A file of variables must be a map.'),
      expect.stringContaining('x.yaml:1:5'),
    ]);
  });
});

describe('included files', () => {
  const one = 'matching: {a: {content: 1, matches: 1}}';

  it('are read relative to the one that includes them, by name or glob; a skipped one is not', async () => {
    const [loaded] = await load({
      files: {
        'goss.yaml': 'gossfile: {sub/x.yaml: {}, none.yaml: {skip: true}}',
        'sub/x.yaml':
          'gossfile: {all: {file: "../more/*.yaml"}}\nmatching: {x: {content: 1, matches: 1}}',
        'more/a.yaml': one,
        'more/b.yaml': 'matching: {b: {content: 1, matches: 1}}',
      },
    });

    expect(loaded?.resources.map(({ id, file }) => `${id} ${file}`)).toEqual([
      'x sub/x.yaml',
      'a more/a.yaml',
      'b more/b.yaml',
    ]);
    expect([...(loaded?.rendered.keys() ?? [])].toSorted()).toEqual([
      'goss.yaml',
      'more/a.yaml',
      'more/b.yaml',
      'sub/x.yaml',
    ]);
  });

  it('replace what has the same name, and this is told', async () => {
    const [loaded] = await load({
      files: {
        'goss.yaml': `${one}\ngossfile: {b.yaml: {}}`,
        'b.yaml': 'matching: {a: {content: 1, matches: 2}}',
      },
    });

    expect(loaded?.resources).toHaveLength(1);
    expect(loaded?.replaced).toEqual(['matching: a of goss.yaml is replaced by that of b.yaml']);
  });

  it.each([
    ['none.yaml', '`none.yaml` matches no file.', 'It is relative to this file.'],
    [
      '/goss/x.yaml',
      '`/goss/x.yaml` is a path of the machine on which goss runs',
      'Write it relative to this file: `x.yaml`.',
    ],
    ['goss.yaml', 'goss.yaml includes itself: goss.yaml, then goss.yaml.', ''],
  ])('GOSS_INVALID: %s is refused where it cannot be meant', async (path, message, suggestion) => {
    const refused = await refusal({ files: { 'goss.yaml': `gossfile:\n  ${path}: {}` } });

    expect(refused).toContain(`goss.yaml:2:3: ${message}`);
    expect(refused).toContain(suggestion);
  });

  it('are refused for what is wrong in them, by their own name', async () => {
    const files = { 'goss.yaml': 'gossfile: {sub/x.yaml: {}}', 'sub/x.yaml': 'file: {/a: {}}' };

    expect(await refusal({ files })).toContain('sub/x.yaml:1:8: `file` needs the key `exists`');
  });
});

/** Ends well at the given attempt. */
function attempts(goodAt: number): { readonly run: () => Promise<RunEnd>; count: () => number } {
  let count = 0;
  const run = async (): Promise<RunEnd> => {
    count += 1;
    return { exitCode: count < goodAt ? 1 : 0, stdout: '', stderr: '' };
  };
  return { run, count: () => count };
}

function command(count: number, delay: string): Readonly<Record<string, string>> {
  const retry = `retry_count: ${String(count)}, retry_delay: ${delay}`;
  return { 'goss.yaml': `command: {/x: {exit-status: 0, ${retry}}}` };
}

describe('a resource that is tried again', () => {
  it('passes when it does in the end', async () => {
    const { run, count } = attempts(3);

    const verdicts = await verdictsInMemory({ files: command(5, '1ms'), service: { run } });

    expect(verdicts).toEqual({ 'command: /x: exit-status': 'pass' });
    expect(count()).toBe(3);
  });

  it('fails when its attempts are used up, or the time of the suite', async () => {
    const [used, late] = [attempts(9), attempts(9)];

    await verdictsInMemory({ files: command(2, '1'), service: used });
    const verdicts = await verdictsInMemory({
      files: command(2, '1h'),
      service: late,
      settings: { timeout: '1s' },
    });

    expect(verdicts['command: /x: exit-status']).toContain('is 1, and should be 0');
    expect([used.count(), late.count()]).toEqual([3, 1]);
  });
});
