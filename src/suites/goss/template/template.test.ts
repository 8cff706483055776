import { describe, expect, it } from 'vitest';
import { renderTemplate } from './render-template.ts';
import { templateFunctions } from './template-functions.ts';
import { TemplateProblem } from './template-problem.ts';

const data = {
  env: { OS: 'centos', EMPTY: '' },
  vars: {
    users: ['ann', 'bob'],
    count: 3,
    nothing: null,
    os: { centos: { packages: { kernel: ['1', '2'], bash: [] } } },
  },
  adviceOnEnv: (name: string) => `Name \`${name}\`.`,
};

function render(source: string): string {
  return renderTemplate(source, data).text;
}

/** `line:column message suggestion` */
function problemOf(source: string): string {
  try {
    return `rendered ${render(source)}`;
  } catch (error) {
    if (!(error instanceof TemplateProblem)) throw error;
    return [error.offset, error.message, error.suggestion ?? ''].join(' ').trim();
  }
}

describe('a template', () => {
  it.each([
    ['plain text', 'a: b\n', 'a: b\n'],
    ['variables of the environment', '{{.Env.OS}} {{ .Vars.count }}', 'centos 3'],
    ['a comment', 'a{{/* no \n}} */}}b {{- /* no */ -}} c', 'abc'],
    ['space that is taken away', 'a \n{{- "b" -}}\n c', 'abc'],
    [
      'if, else if and else',
      '{{if eq .Env.OS "x" "centos"}}a{{else}}b{{end}}{{if false}}{{else if true}}c{{else}}d{{end}}',
      'ac',
    ],
    [
      'with',
      '{{with .Vars.os.centos}}{{len .packages}}{{end}}{{with .Env.EMPTY}}a{{else}}{{.Env.OS}}{{end}}',
      '2centos',
    ],
    [
      'range over a list',
      '{{range .Vars.users}}{{.}},{{end}}{{range $i, $u := .Vars.users}}{{$i}}{{$u}}{{end}}',
      'ann,bob,0ann1bob',
    ],
    [
      'range over a map in the order of its keys',
      '{{range $k, $v := index .Vars.os .Env.OS "packages"}}{{$k}}={{$v}};{{end}}',
      'bash=[];kernel=[1 2];',
    ],
    ['range over nothing', '{{range .Vars.nothing}}a{{else}}none{{end}}', 'none'],
    [
      'break and continue',
      '{{range until 5}}{{if eq . 1}}{{continue}}{{end}}{{if eq . 3}}{{break}}{{end}}{{.}}{{end}}',
      '02',
    ],
    [
      'variables',
      '{{$a := "x"}}{{if true}}{{$a = "y"}}{{$b := 1}}{{$b}}{{end}}{{$a}}{{$.Env.OS}}',
      '1ycentos',
    ],
    [
      'pipelines and brackets',
      '{{"hello!" | upper | repeat 2}} {{(index .Vars.users 1) | printf "%5s|%-4d|%q" "a" 7}}',
      'HELLO!HELLO!     a|7   |"bob"',
    ],
    ['fields of what is in brackets', '{{(index .Vars.os "centos").packages.kernel}}', '[1 2]'],
    ['texts of Go', '{{"a\\t\\"\\x41\\u00e9"}}{{`raw\\n`}}', 'a\t"Aéraw\\n'],
    [
      'logic that looks no further than it must',
      '{{and false .Env.NONE}} {{or .Env.OS .Env.NONE}} {{not true}}',
      'false centos false',
    ],
    ['nothing', '{{.Vars.nothing}}', '<no value>'],
  ])('renders %s', (_, source, text) => {
    expect(render(source)).toBe(text);
  });

  it.each([
    ['{{', '0 This action has no end. Close it with `}}`.'],
    ['a {{if true}}b', '2 `{{if}}` has no `{{end}}`.'],
    ['{{end}}', '0 `{{end}}` ends nothing.'],
    ['{{if true}}{{else}}{{else}}{{end}}', '19 A second `{{else}}` belongs to nothing.'],
    ['{{range .Vars.users}}{{else if true}}{{end}}', '21 `{{else if}}` cannot stand here.'],
    ['{{break}}', '0 `{{break}}` stands outside of a range.'],
    [
      '{{define "x"}}{{end}}',
      '0 `{{define}}` is beyond the templates that Seatrial renders. Put the repeated part into a file of its own and include it below `gossfile`.',
    ],
    ['{{ .Vars.user }}', '3 There is no `.user` here. Did you mean `users`?'],
    [
      '{{ .Vars.other }}',
      '3 There is no `.other` here. Set `other` in a file that `suites.goss.vars` names.',
    ],
    ['{{ .Env.HOME }}', '3 There is no `.HOME` here. Name `HOME`.'],
    ['{{ .Env.OS.x }}', '3 `.x` is asked of centos, which is no map.'],
    ['{{ $x }}', '3 There is no variable `$x` here. Declare it with `:=`.'],
    [
      '{{ uper "a" }}',
      '3 The function `uper` is beyond the templates that Seatrial renders. Did you mean `upper`?',
    ],
    [
      '{{ genPrivateKey "rsa" }}',
      '3 The function `genPrivateKey` is beyond the templates that Seatrial renders. `docs/goss-tests.md` lists the functions; a value can be made outside and handed in with `vars`.',
    ],
    [
      '{{ readFile "/x" }}',
      '3 `readFile` reads where goss runs, and here no goss runs in the container. Test the file with `file` and `contents`, or hand its text in with `vars`.',
    ],
    ['{{ "a" "b" }}', '7 A value takes no arguments; only a function does.'],
    ['{{ upper 1 }}', '3 `upper` needs a text, but has 1.'],
    ['{{ index .Vars.users 2 }}', '3 `index` has no item 2.'],
    ['{{ eq .Vars.count "3" }}', '3 `eq` cannot compare 3 with "3".'],
    ['{{ int "0x1f" }}', '3 `int` needs a whole number, but has 0x1f.'],
    ['{{ lt 1 "a" }}', '3 `lt` cannot compare 1 with "a".'],
    ['{{ until 100000 }}', '3 `until` needs a number from 0 to 10000, but has 100000.'],
    ['{{ printf "%s" }}', '3 `printf` has too few values for %s.'],
    ['{{ printf "%z" 1 }}', '3 `printf` has the verb %z, which Seatrial does not format.'],
    [
      '{{ regexMatch "(" "a" }}',
      '3 `regexMatch` has a pattern that is no expression: error parsing regexp: missing closing ): `(`.',
    ],
    ['{{ range 7 }}{{end}}', '0 `range` needs a list or a map, but has 7.'],
    ['{{ (upper "a" }}', '3 This bracket is not closed.'],
    ['{{ "a" | }}', '0 A value is missing here.'],
    ['{{ upper "a") }}', '12 `)` cannot stand here.'],
    ['{{ # }}', '3 "#" cannot stand in an action.'],
    [
      '{{ "\\y" }}',
      '3 `\\y` is no escape in a text of Go. Write a backslash as \\\\, or put the text into backquotes.',
    ],
    [
      '{{range until 10000}}{{range until 10000}}{{end}}{{end}}',
      '21 The template takes more than 200000 steps.',
    ],
    [
      '{{range until 10}}{{repeat 10000 "0123456789012345678901234567890123456789012345"}}{{end}}',
      '18 The template makes a text of more than 4 MiB.',
    ],
    [
      '{{repeat 10000 (repeat 1000 "a")}}',
      '2 `repeat` needs a number from 0 to 4194, but has 10000.',
    ],
    [
      '{{replace "a" "bbbbb" (repeat 1000 (repeat 1000 "a"))}}',
      '2 `replace` makes a text of more than 4 MiB.',
    ],
    ['{{printf "%101d" 1}}', '2 `printf` has the width of %101d, and may have one up to 100.'],
  ])('refuses %s', (source, problem) => {
    expect(problemOf(source)).toBe(problem);
  });

  it('knows where each piece of its text comes from', () => {
    const { pieces } = renderTemplate('a: {{.Env.OS}}\nb: {{/* no */}}c\n', data);

    expect(pieces).toEqual([
      { at: 0, offset: 0, isLiteral: true },
      { at: 3, offset: 3, isLiteral: false },
      { at: 9, offset: 14, isLiteral: true },
      { at: 13, offset: 30, isLiteral: true },
    ]);
  });
});

describe('the functions', () => {
  const calls: Readonly<Record<string, string>> = {
    '{{and 1 2}} {{or 0 2}} {{not 1}}': '2 2 false',
    '{{eq 1 2 1}} {{ne 1 1}} {{lt 1 2}} {{le "b" "a"}} {{gt 2 1}} {{ge 1 1}}':
      'true false true false true true',
    '{{len "abc"}} {{index (list 1 2) 1}} {{print 1 "a" 2 3}} {{println "a" "b"}}':
      '3 2 1a2 3 a b\n',
    '{{printf "%03d %.1f %x %t %v%%" 7 1.25 255 true (list 1)}}': '007 1.3 ff true [1]%',
    '{{mkSlice "a" "b"}} {{getEnv "OS"}} {{getEnv "NO" "x"}} {{getEnv "NO"}}': '[a b] centos x ',
    '{{.Env.OS | regexMatch "[Cc]ent(OS|os)"}} {{toLower "A"}} {{toUpper "a"}}': 'true a A',
    '{{get (findStringSubmatch "(?P<u>[a-z]+):" "x:y") "u"}} {{get (findStringSubmatch "(.)(.)" "ab") "2"}} {{findStringSubmatch "q" "a"}}':
      'x b map[]',
    '{{lower "A"}} {{upper "a"}} {{trim " a "}} {{trimPrefix "v" "v1"}} {{trimSuffix ".0" "1.0"}} {{trimSuffix "x" "1.0"}}':
      'a A a 1 1 1.0',
    '{{replace "a" "$&" "aba"}} {{repeat 2 "ab"}} {{contains "b" "abc"}} {{hasPrefix "a" "ab"}} {{hasSuffix "a" "ab"}}':
      '$&b$& abab true true false',
    '{{quote "a" 1}} {{squote "a"}} {{join "-" (list "a" 1)}} {{splitList "," "a,b"}}':
      '"a" "1" \'a\' a-1 [a b]',
    '{{toString 1 | printf "%q"}} {{int "7"}} {{int 7.9}} {{atoi "x"}} {{atoi "-010"}}':
      '"1" 7 7 0 -10',
    '{{first (list 1 2)}} {{last (list 1 2)}} {{has 1 (list 1)}} {{until 3}}': '1 2 true [0 1 2]',
    '{{get (dict "a" 1) "a"}} {{get (dict) "a"}} {{hasKey (dict "a" 1) "b"}} {{keys (dict "a" 1)}}':
      '1  false [a]',
    '{{toJson (dict "b" 1 "a" (list "<" nil))}} {{toJson "&"}} {{env "OS"}}{{env "NO"}}': String.raw`{"a":["\u003c",null],"b":1} "\u0026" centos`,
    '{{default "x" ""}} {{.Env.OS | default "x"}} {{empty 0}} {{coalesce "" "b"}} {{ternary "y" "n" false}}':
      'x centos true b n',
    '{{add 1 2 3}} {{sub 3 1}} {{mul 2 3}}': '6 2 6',
  };

  it.each(Object.entries(calls))('%s', (source, text) => {
    expect(render(source)).toBe(text);
  });

  it('are all called here', () => {
    const sources = Object.keys(calls).join('');

    const untested = Object.keys(templateFunctions).filter(
      (name) => !new RegExp(String.raw`\b${name}\b`, 'u').test(sources),
    );

    expect(untested).toEqual([]);
  });
});
