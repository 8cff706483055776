import type { FaultGroup } from './fault-case.ts';

const bundle = 'src/evidence/bundle.test.ts';
const collect = 'src/evidence/collect.test.ts';
const github = 'src/report/reporters/github.test.ts';
const manifests = 'src/registry/client/manifests.test.ts';
const script = 'src/suites/script/index.engine.test.ts';
const spec = 'src/suites/spec/index.engine.test.ts';
const manySpecs = 'src/suites/spec/many-files.engine.test.ts';
const terminal = 'src/report/terminal-text.test.ts';

export const imageFaults: FaultGroup = {
  title: 'Hostile images',
  count: 15,
  cases: [
    {
      id: 'H1',
      happens: 'paths in a layer that lead out of every folder',
      required: 'no layer is ever unpacked: bytes are hashed and passed on',
      coveredBy: [
        {
          file: 'src/ship/pack-hostile.engine.test.ts',
          test: 'names that lead out of every folder are hashed and passed on, and nothing is written by them',
        },
      ],
    },
    {
      id: 'H2',
      happens: 'links in what is copied out of a container',
      required: 'only regular files are read, into memory, up to a limit',
      coveredBy: [
        {
          file: 'src/suites/behaviour/hostile.engine.test.ts',
          test: 'what is copied out of a container follows no link and is read up to a limit',
        },
        {
          file: 'src/ship/pack-hostile.engine.test.ts',
          test: 'a link in the place of a layer is no layer: IDENTITY_BROKEN',
        },
      ],
    },
    {
      id: 'H3',
      happens: 'compression bombs, tar headers with absurd sizes',
      required: 'nothing of it is unpacked; an error for what is no tar',
      coveredBy: [
        {
          file: 'src/ship/pack-hostile.engine.test.ts',
          test: 'a compression bomb is a layer like any other: its bytes are counted, never unpacked',
        },
        {
          file: 'src/ship/pack-hostile.engine.test.ts',
          test: 'a tar whose entry claims a size %s ends with an error, at once',
        },
        {
          file: 'src/ship/pack-hostile.engine.test.ts',
          test: 'a config larger than any is refused: IDENTITY_BROKEN',
        },
      ],
    },
    {
      id: 'H4',
      happens: 'a manifest with ten thousand layers, of many megabytes or nested without end',
      required: 'MANIFEST_INVALID',
      coveredBy: [
        {
          file: manifests,
          test: 'a manifest that is not to be trusted > because it %s is refused',
        },
        { file: manifests, test: 'because it is larger than 4 MiB is refused, announced or not' },
      ],
    },
    {
      id: 'H5',
      happens: 'digests that are paths, of another algorithm or in upper case',
      required: 'refused before they enter a path or an address',
      coveredBy: [
        {
          file: 'src/kernel/content-key.test.ts',
          test: 'a digest is sha256 and 64 lower-case hex digits and nothing else',
        },
        {
          file: manifests,
          test: 'a manifest that is not to be trusted > because it %s is refused',
        },
        { file: manifests, test: 'under the reference %j is refused before it enters a URL' },
      ],
    },
    {
      id: 'H6',
      happens: 'layers that name addresses to fetch them from',
      required: 'are never fetched',
      coveredBy: [
        {
          file: manifests,
          test: 'a layer that names addresses to be fetched from is passed on, and nothing is fetched',
        },
      ],
    },
    {
      id: 'H7',
      happens: 'escape sequences and commands of CI services in logs, labels and names',
      required: 'are shown and never act',
      coveredBy: [
        {
          file: terminal,
          test: 'text from outside cannot move the cursor, set a title, reorder or command',
        },
        { file: terminal, test: '%j is shown as %j' },
        { file: github, test: 'an annotation cannot begin another command' },
        { file: github, test: 'evidence cannot leave its fence, nor a name its cell' },
        {
          file: 'src/report/reporters/html.test.ts',
          test: 'hostile text is shown and never acts, in whatever field it comes',
        },
        {
          file: 'src/registry/client/probe.test.ts',
          test: 'what a registry says cannot write to the terminal',
        },
      ],
    },
    {
      id: 'H8',
      happens: 'a container leaves processes that want to outlive the test, or forks without end',
      required: 'they end with the container; their number is limited',
      coveredBy: [
        {
          file: 'src/engine/docker/hostile.engine.test.ts',
          test: 'processes that want to outlive their container end with it',
        },
        {
          file: 'src/engine/docker/hostile.engine.test.ts',
          test: 'a container may have only so many processes',
        },
      ],
    },
    {
      id: 'H9',
      happens:
        'an image exposes all ports, has a volume at the root, checks its health each millisecond',
      required: 'is judged in bounded time and with bounded means',
      coveredBy: [
        {
          file: 'src/suites/behaviour/hostile.engine.test.ts',
          test: 'an image that exposes twenty thousand ports is judged in bounded time',
        },
        {
          file: 'src/suites/behaviour/hostile.engine.test.ts',
          test: 'an image with a volume at its root passes nothing that takes a container, and the engine says why',
        },
      ],
    },
    {
      id: 'H10',
      happens: 'a test says that it passed and ends with another code, or the other way round',
      required: 'is a failure',
      coveredBy: [
        { file: script, test: 'another exit code is a failure with the last lines of output' },
        {
          file: manySpecs,
          test: 'one run of many files > takes an error that nobody awaits for a failure of its own',
        },
        { file: spec, test: 'Vitest that dies loses the files it had not finished' },
        {
          file: spec,
          test: 'a worker that dies loses its file or fails it, is no pass, and its containers go',
        },
      ],
    },
    {
      id: 'H11',
      happens:
        'evidence of the attacker: self-signed, for another image, of another type, with two subjects',
      required: 'is refused with its reason',
      coveredBy: [
        {
          file: collect,
          test: 'what calls itself evidence > and holds a statement about another image is rejected, however well signed',
        },
        {
          file: collect,
          test: 'what calls itself evidence > and holds a statement about an index that this image is in is rejected, too',
        },
        {
          file: collect,
          test: 'what calls itself evidence > and holds %s is rejected with the reason',
        },
        {
          file: 'src/evidence/evaluate-index.test.ts',
          test: 'an index of which somebody trusted speaks > does not hold when the statement %s',
        },
        { file: bundle, test: 'a signature > by another key is refused, also when it names ours' },
        { file: bundle, test: 'a statement inside a bundle > %s is refused, however well signed' },
        {
          file: bundle,
          test: 'a signature > over the statement alone, without its type, is refused',
        },
      ],
    },
    {
      id: 'H12',
      happens: 'thousands of referrers, evidence of two gigabytes',
      required: 'limits and an error',
      coveredBy: [
        {
          file: collect,
          test: 'what calls itself evidence > and announces 2 GB is not downloaded',
        },
        {
          file: collect,
          test: 'what calls itself evidence > and is longer than it announces is not read to its end',
        },
        {
          file: collect,
          test: 'what calls itself evidence > in such numbers that nobody could read it all is EVIDENCE_EXCESSIVE',
        },
      ],
    },
    {
      id: 'H13',
      happens: 'a base image changes between the plan and the build',
      required: 'the base is pinned to what was found, and recorded',
      open: 'images of the project are pinned (src/dockerfile/resolve.test.ts); bases from elsewhere are what the engine has under their name',
    },
    {
      id: 'H14',
      happens: 'a poisoned cache of the classic builder',
      required: 'only BuildKit builds, whose cache goes by content',
      coveredBy: [
        {
          file: 'src/engine/docker/images.engine.test.ts',
          test: 'a build gives the raw lines of BuildKit',
        },
        { file: 'src/build/build-image.engine.test.ts', test: 'noCache runs the steps again' },
      ],
    },
    {
      id: 'H15',
      happens: 'an engine with known ways out of a container',
      required: 'a warning that names the version to update to',
      open: 'there is no command that judges the engine yet',
    },
  ],
};
