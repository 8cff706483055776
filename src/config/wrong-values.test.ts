import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { messageOf } from '../kernel/errors.ts';
import { ConfigError } from './errors.ts';
import { loadConfig } from './load-config.ts';

const checkIds = ['starts', 'ports-listen', 'stops', 'volumes-persist'];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seatrial-test-config-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** The whole message as a person sees it, with the code in front. */
async function complaint(text: string): Promise<string> {
  await writeFile(join(folder, 'seatrial.yaml'), text);
  const error: unknown = await loadConfig({ folder, env: {}, checkIds }).catch(
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ConfigError)) throw new Error(`no ConfigError: ${messageOf(error)}`);
  return `${error.code}: ${error.message}`;
}

test('all of them are shown, in the order of the file', async () => {
  expect(
    await complaint(`
imges: {}
images:
  app:
    conext: .
    suites:
      behavior: false
      script: 5
    ready: { port: 8o80 }
    args: { BASE: { image: bse } }
  base: {}
`),
  ).toMatchInlineSnapshot(`
    "CONFIG_INVALID: 6 problems in seatrial.yaml

    seatrial.yaml:2:1: The configuration has no key \`imges\`.
      2 | imges: {}
        | ^^^^^
      Did you mean \`images\`?

    seatrial.yaml:5:5: \`images.app\` has no key \`conext\`.
      5 |     conext: .
        |     ^^^^^^
      Did you mean \`context\`?

    seatrial.yaml:7:7: \`images.app.suites\` has no key \`behavior\`.
      7 |       behavior: false
        |       ^^^^^^^^
      Did you mean \`behaviour\`?

    seatrial.yaml:8:15: \`images.app.suites.script\` must be text, a list or a map, but is \`5\`.
      8 |       script: 5
        |               ^
      Put it into quotes: \`"5"\`.

    seatrial.yaml:9:20: \`images.app.ready.port\` must be a number, but is the text "8o80".
      9 |     ready: { port: 8o80 }
        |                    ^^^^

    seatrial.yaml:10:28: \`images.app.args.BASE.image\` is \`bse\`, which is no image of this project.
      10 |     args: { BASE: { image: bse } }
         |                            ^^^
      Did you mean \`base\`?"
  `);
});

/** What is written, and all that a person is told. */
const wrong: readonly (readonly [name: string, text: string, message: string])[] = [
  [
    'no images',
    `
project: x
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:1:1: The configuration needs the key \`images\`.
  1 | project: x
    | ^
`,
  ],
  [
    'empty images',
    `
images: {}
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:1:9: \`images\` must not be empty.
  1 | images: {}
    |         ^
`,
  ],
  [
    'images as a list',
    `
images:
  - app
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:2:3: \`images\` must be a map, but is a list.
  2 |   - app
    |   ^
`,
  ],
  [
    'the whole file a text',
    `
images
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:1:1: The configuration must be a map, but is the text "images".
  1 | images
    | ^^^^^^
`,
  ],
  [
    'an image that is empty',
    `
images:
  app:
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:2:7: \`images.app\` must be a map, but is empty.
  2 |   app:
    |       ^
  Write \`{}\` for all defaults.
`,
  ],
  [
    'a wrong type',
    `
images:
  app:
    context: 5
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:3:14: \`images.app.context\` must be text, but is \`5\`.
  3 |     context: 5
    |              ^
  Put it into quotes: \`"5"\`.
`,
  ],
  [
    'a number in quotes',
    `
images:
  app:
    ready: { port: "8080" }
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:3:20: \`images.app.ready.port\` must be a number, but is the text "8080".
  3 |     ready: { port: "8080" }
    |                    ^^^^^^
  Remove the quotes: \`8080\`.
`,
  ],
  [
    'text for a list',
    `
images:
  app:
    run: { command: nginx -g }
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:3:21: \`images.app.run.command\` must be a list, but is the text "nginx -g".
  3 |     run: { command: nginx -g }
    |                     ^^^^^^^^
  Write it as a list: \`[a, b]\`.
`,
  ],
  [
    'a port out of range',
    `
images:
  app:
    ready: { port: 65536 }
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:3:20: \`images.app.ready.port\` must be at most 65535, but is \`65536\`.
  3 |     ready: { port: 65536 }
    |                    ^^^^^
`,
  ],
  [
    'a port with a fraction',
    `
images:
  app:
    ready: { port: 80.5 }
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:3:20: \`images.app.ready.port\` must be a whole number, but is \`80.5\`.
  3 |     ready: { port: 80.5 }
    |                    ^^^^
`,
  ],
  [
    'two kinds of ready',
    `
images:
  app:
    ready: { port: 80, log: started }
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:3:12: \`images.app.ready\` can have only one of \`log\` and \`port\`.
  3 |     ready: { port: 80, log: started }
    |            ^
`,
  ],
  [
    'a status without http',
    `
images:
  app:
    ready: { status: 200 }
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:3:12: \`images.app.ready\` has \`status\` without \`http\`.
  3 |     ready: { status: 200 }
    |            ^
`,
  ],
  [
    'a bad duration',
    `
images:
  app:
    ready: { timeout: 10 minutes }
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:3:23: \`images.app.ready.timeout\` must be a duration such as \`500ms\`, \`10s\` or \`1m30s\`, but is "10 minutes".
  3 |     ready: { timeout: 10 minutes }
    |                       ^^^^^^^^^^
`,
  ],
  [
    'a bad size',
    `
images:
  app:
    run: { memory: lots }
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:3:20: \`images.app.run.memory\` must be a size such as \`512m\` or \`2g\`, but is "lots".
  3 |     run: { memory: lots }
    |                    ^^^^
`,
  ],
  [
    'a bad expression in ready.log',
    `
images:
  app:
    ready: { log: "listening (" }
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:3:19: \`images.app.ready.log\` is no regular expression in RE2 syntax: error parsing regexp: missing closing ): \`listening (\`.
  3 |     ready: { log: "listening (" }
    |                   ^^^^^^^^^^^^^
`,
  ],
  [
    'an expression with a look-ahead',
    `
images:
  app:
    ready: { log: "a(?=b)" }
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:3:19: \`images.app.ready.log\` is no regular expression in RE2 syntax: error parsing regexp: invalid or unsupported Perl syntax: \`(?=\`.
  3 |     ready: { log: "a(?=b)" }
    |                   ^^^^^^^^
`,
  ],
  [
    'a bad expression in state.expect',
    `
images:
  app:
    state:
      write: { http: PUT 80/a }
      read: { http: GET 80/a, expect: "[" }
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:5:39: \`images.app.state.read.expect\` is no regular expression in RE2 syntax: error parsing regexp: missing closing ]: \`[\`.
  5 |       read: { http: GET 80/a, expect: "[" }
    |                                       ^^^
`,
  ],
  [
    'a state without its read',
    `
images:
  app:
    state:
      write: { exec: [touch, /x] }
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:3:5: \`images.app.state\` needs the key \`read\`.
  3 |     state:
    |     ^^^^^
`,
  ],
  [
    'a state action with both kinds',
    `
images:
  app:
    state:
      write: { http: /a, exec: [a] }
      read: { http: /a }
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:4:14: \`images.app.state.write\` needs exactly one of \`http\` and \`exec\`.
  4 |       write: { http: /a, exec: [a] }
    |              ^
`,
  ],
  [
    'a bad http target',
    `
images:
  app:
    ready: { http: http://localhost/ }
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:3:20: \`images.app.ready.http\` must be \`[METHOD] [PORT]/path\`, but is "http://localhost/".
  3 |     ready: { http: http://localhost/ }
    |                    ^^^^^^^^^^^^^^^^^
  Write \`GET 8080/health\`, or \`/health\` for the one port that the image exposes.
`,
  ],
  [
    'an unknown suite',
    `
images:
  app:
    suites: { scripts: test.sh }
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:3:15: \`images.app.suites\` has no key \`scripts\`.
  3 |     suites: { scripts: test.sh }
    |               ^^^^^^^
  Did you mean \`script\`?
`,
  ],
  [
    'an unknown check in skip',
    `
images:
  app:
    suites:
      behaviour:
        skip: { stop: slow }
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:5:17: \`images.app.suites.behaviour.skip\` names \`stop\`, which is no behaviour check.
  5 |         skip: { stop: slow }
    |                 ^^^^
  Did you mean \`stops\`?
`,
  ],
  [
    'an unknown check in only',
    `
images:
  app:
    suites:
      behaviour: { only: [starts, prots-listen] }
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:4:35: \`images.app.suites.behaviour.only\` names \`prots-listen\`, which is no behaviour check.
  4 |       behaviour: { only: [starts, prots-listen] }
    |                                   ^^^^^^^^^^^^
  Did you mean \`ports-listen\`?
`,
  ],
  [
    'a skip without a reason',
    `
images:
  app:
    suites:
      behaviour:
        skip: { stops: "" }
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:5:24: \`images.app.suites.behaviour.skip.stops\` must not be empty.
  5 |         skip: { stops: "" }
    |                        ^^
`,
  ],
  [
    'a group of checks that there is not',
    `
images:
  app:
    suites:
      behaviour: { group: quik }
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:4:27: \`images.app.suites.behaviour.group\` must be \`static\`, \`quick\`, \`standard\`, \`full\`, \`openshift\` or \`kubernetes-restricted\`, but is the text "quik".
  4 |       behaviour: { group: quik }
    |                           ^^^^
`,
  ],
  [
    'a group of checks and names of checks',
    `
images:
  app:
    suites:
      behaviour: { group: full, only: [starts] }
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:4:18: \`images.app.suites.behaviour\` can have only one of \`group\` and \`only\`.
  4 |       behaviour: { group: full, only: [starts] }
    |                  ^
`,
  ],
  [
    'behaviour true',
    `
images:
  app:
    suites: { behaviour: true }
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:3:26: \`images.app.suites.behaviour\` must be \`false\` or a map, but is \`true\`.
  3 |     suites: { behaviour: true }
    |                          ^^^^
  Write \`{}\` for all defaults.
`,
  ],
  [
    'an empty list of files',
    `
images:
  app:
    suites:
      script: { files: [] }
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:4:24: \`images.app.suites.script.files\` must not be empty.
  4 |       script: { files: [] }
    |                        ^
`,
  ],
  [
    'an unknown key of a structure suite, and a truth value as text',
    `
images:
  app:
    suites:
      structure: { files: test/*.yaml, compat: yes, strict: true }
`,
    `
CONFIG_INVALID: 2 problems in seatrial.yaml

seatrial.yaml:4:48: \`images.app.suites.structure.compat\` must be true or false, but is the text "yes".
  4 |       structure: { files: test/*.yaml, compat: yes, strict: true }
    |                                                ^^^

seatrial.yaml:4:53: \`images.app.suites.structure\` has no key \`strict\`.
  4 |       structure: { files: test/*.yaml, compat: yes, strict: true }
    |                                                     ^^^^^^
  It can have \`files\`, \`compat\`, \`timeout\`, \`env\`.
`,
  ],
  [
    'an unknown image in args',
    `
images:
  app:
    args:
      BASE: { image: bsae }
  base: {}
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:4:22: \`images.app.args.BASE.image\` is \`bsae\`, which is no image of this project.
  4 |       BASE: { image: bsae }
    |                      ^^^^
  Did you mean \`base\`?
`,
  ],
  [
    'itself in args',
    `
images:
  app:
    args: { BASE: { image: app } }
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:3:28: \`images.app.args.BASE.image\` is the image itself.
  3 |     args: { BASE: { image: app } }
    |                            ^^^
`,
  ],
  [
    'an argument of no kind',
    `
images:
  app:
    args: { BASE: [a] }
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:3:19: \`images.app.args.BASE\` must be text, a number, true or false or a map, but is a list.
  3 |     args: { BASE: [a] }
    |                   ^
`,
  ],
  [
    'a bad name of an argument',
    `
images:
  app:
    args: { my-arg: x }
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:3:13: The key \`my-arg\` is no valid name of a build argument.
  3 |     args: { my-arg: x }
    |             ^^^^^^
`,
  ],
  [
    'a bad name of a variable',
    `
images:
  app:
    run: { env: { 1X: x } }
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:3:19: The key \`1X\` is no valid name of an environment variable.
  3 |     run: { env: { 1X: x } }
    |                   ^^
`,
  ],
  [
    'an invalid tag template',
    `
images:
  app:
    ship:
      tags: ["v{verison}", latest]
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:4:17: \`images.app.ship.tags[0]\` (\`v{verison}\`) has an unknown placeholder \`{verison}\`.
  4 |       tags: ["v{verison}", latest]
    |                 ^
  Did you mean \`{version}\`?
`,
  ],
  [
    'a tag as a number',
    `
images:
  app:
    ship:
      tags: [1.10]
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:4:14: \`images.app.ship.tags[0]\` must be text or a map, but is \`1.10\`.
  4 |       tags: [1.10]
    |              ^^^^
  Put it into quotes: \`"1.10"\`.
`,
  ],
  [
    'a tag rule without its tag',
    `
images:
  app:
    ship:
      tags: [{ when: { branch: main } }]
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:4:14: \`images.app.ship.tags[0]\` needs the key \`tag\`.
  4 |       tags: [{ when: { branch: main } }]
    |              ^
`,
  ],
  [
    'a mistyped key in a tag rule',
    `
images:
  app:
    ship:
      tags: [{ tag: a, wen: { branch: main } }]
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:4:24: \`images.app.ship.tags[0]\` has no key \`wen\`.
  4 |       tags: [{ tag: a, wen: { branch: main } }]
    |                        ^^^
  Did you mean \`when\`?
`,
  ],
  [
    'ship true',
    `
images:
  app:
    ship: true
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:3:11: \`images.app.ship\` must be \`false\` or a map, but is \`true\`.
  3 |     ship: true
    |           ^^^^
  Write \`{}\` for all defaults.
`,
  ],
  [
    'a repository with a tag',
    `
images:
  app:
    ship: { repository: "ghcr.io/me/app:1" }
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:3:25: \`images.app.ship.repository\` must be a repository without tag, but is "ghcr.io/me/app:1".
  3 |     ship: { repository: "ghcr.io/me/app:1" }
    |                         ^^^^^^^^^^^^^^^^^^
  Write \`ghcr.io/me/app\`; tags have their own key, \`tags\`.
`,
  ],
  [
    'a repository in upper case',
    `
images:
  app:
    ship: { repository: ghcr.io/Me/App }
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:3:25: \`images.app.ship.repository\` ("ghcr.io/Me/App") is no valid repository: it has upper-case letters; repository names are lower case: "me/app".
  3 |     ship: { repository: ghcr.io/Me/App }
    |                         ^^^^^^^^^^^^^^
`,
  ],
  [
    'an image name that is no reference',
    `
images:
  My App: {}
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:2:3: The key \`My App\` is no valid image name: it has " " in "My App"; a name is made of a-z, 0-9 and single . _ - between them.
  2 |   My App: {}
    |   ^^^^^^
`,
  ],
  [
    'an image name in upper case',
    `
images:
  App: {}
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:2:3: The key \`App\` is no valid image name: it has upper-case letters; repository names are lower case: "app".
  2 |   App: {}
    |   ^^^
`,
  ],
  [
    'an image name with a host',
    `
images:
  ghcr.io/me/app: {}
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:2:3: The key \`ghcr.io/me/app\` is no valid image name: it has a registry host; put that into \`ship.repository\`.
  2 |   ghcr.io/me/app: {}
    |   ^^^^^^^^^^^^^^
`,
  ],
  [
    'a registry with a scheme',
    `
registry: https://ghcr.io/
images: { app: {} }
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:1:11: \`registry\` must be a host without scheme, but is "https://ghcr.io/".
  1 | registry: https://ghcr.io/
    |           ^^^^^^^^^^^^^^^^
  Write \`ghcr.io\`.
`,
  ],
  [
    'a registry without a host',
    `
registry: me
images: { app: {} }
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:1:11: \`registry\` ("me") names no host: one has a dot or a port, or is \`localhost\`.
  1 | registry: me
    |           ^^
  For Docker Hub write \`docker.io/me\`.
`,
  ],
  [
    'an absolute context',
    `
images:
  app:
    context: /srv/app
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:3:14: \`images.app.context\` must be a relative path, but is "/srv/app".
  3 |     context: /srv/app
    |              ^^^^^^^^
`,
  ],
  [
    'a context on the web',
    `
images:
  app:
    context: https://github.com/me/app
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:3:14: \`images.app.context\` must be a path, but is the address "https://github.com/me/app".
  3 |     context: https://github.com/me/app
    |              ^^^^^^^^^^^^^^^^^^^^^^^^^
`,
  ],
  [
    'an invalid platform',
    `
images:
  app:
    platforms: [arm64]
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:3:17: \`images.app.platforms[0]\` must be \`os/architecture\`, but is "arm64".
  3 |     platforms: [arm64]
    |                 ^^^^^
  Write \`linux/amd64\` or \`linux/arm64\`.
`,
  ],
  [
    'a platform twice',
    `
images:
  app:
    platforms: [linux/arm64, linux/arm64]
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:3:30: \`images.app.platforms[1]\` repeats \`linux/arm64\`.
  3 |     platforms: [linux/arm64, linux/arm64]
    |                              ^^^^^^^^^^^
`,
  ],
  [
    'a platform twice, spelt in two ways',
    `
images:
  app:
    platforms: [linux/arm64, linux/arm64/v8]
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:3:30: \`images.app.platforms[1]\` repeats \`linux/arm64\`.
  3 |     platforms: [linux/arm64, linux/arm64/v8]
    |                              ^^^^^^^^^^^^^^
`,
  ],
  [
    'an untested platform that is none of the image',
    `
images:
  app:
    platforms: [linux/amd64, linux/arm64]
    untested: [linux/arm]
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:4:16: \`images.app.untested[0]\` is \`linux/arm\`, which is not among its \`platforms\`.
  4 |     untested: [linux/arm]
    |                ^^^^^^^^^
  Did you mean \`linux/arm64\`?
`,
  ],
  [
    'every platform untested',
    `
images:
  app:
    platforms: [linux/amd64, linux/arm64]
    untested: [linux/arm64/v8, linux/amd64]
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:4:15: \`images.app.untested\` names every platform of \`app\`: nothing would be tested.
  4 |     untested: [linux/arm64/v8, linux/amd64]
    |               ^
  Leave out the one that your engine runs.
`,
  ],
  [
    'a mount of half',
    `
images:
  app:
    run:
      mounts: [{ bind: ./x }]
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:4:16: \`images.app.run.mounts[0]\` needs the key \`target\`.
  4 |       mounts: [{ bind: ./x }]
    |                ^
`,
  ],
  [
    'a mount without slash',
    `
images:
  app:
    run:
      mounts: [data]
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:4:16: \`images.app.run.mounts[0]\` must be an absolute path in the container.
  4 |       mounts: [data]
    |                ^^^^
`,
  ],
  [
    'a key that belongs elsewhere',
    `
images:
  app:
    port: 80
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:3:5: \`images.app\` has no key \`port\`.
  3 |     port: 80
    |     ^^^^
  \`port\` belongs under \`ready\`.
`,
  ],
  [
    'a key of an image at the top',
    `
context: .
images: { app: {} }
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:1:1: The configuration has no key \`context\`.
  1 | context: .
    | ^^^^^^^
  \`context\` belongs under \`images.<name>\`.
`,
  ],
  [
    'a key that nothing is near',
    `
images:
  app:
    ready: { kubernetes: 1 }
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:3:14: \`images.app.ready\` has no key \`kubernetes\`.
  3 |     ready: { kubernetes: 1 }
    |              ^^^^^^^^^^
  It can have \`health\`, \`log\`, \`port\`, \`http\`, \`status\`, \`exit\`, \`timeout\`.
`,
  ],
  [
    'an infinite number',
    `
images:
  app:
    run: { cpus: .inf }
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:3:18: \`images.app.run.cpus\` must be a number, but is \`.inf\`.
  3 |     run: { cpus: .inf }
    |                  ^^^^
`,
  ],
  [
    'a key of every object',
    `
images:
  app:
    toString: 1
`,
    `
CONFIG_INVALID: 1 problem in seatrial.yaml

seatrial.yaml:3:5: \`images.app\` has no key \`toString\`.
  3 |     toString: 1
    |     ^^^^^^^^
  It can have \`context\`, \`dockerfile\`, \`target\`, \`args\`, \`platforms\`, \`untested\`, \`labels\`, \`ready\`, \`run\`, \`state\`, \`suites\`, \`ship\`, \`hooks\`.
`,
  ],
];

test.each(wrong)('%s', async (_, text, message) => {
  expect(await complaint(text.slice(1))).toBe(message.slice(1, -1));
});
