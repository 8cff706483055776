import type { FaultGroup } from './fault-case.ts';

const awaitReady = 'src/engine/readiness/await-ready.engine.test.ts';
const battery = 'src/suites/behaviour/battery.engine.test.ts';
const connect = 'src/engine/connect.test.ts';
const pack = 'src/ship/pack.engine.test.ts';
const run = 'src/pipeline/run.engine.test.ts';
const script = 'src/suites/script/index.engine.test.ts';
const spec = 'src/suites/spec/index.engine.test.ts';
const manySpecs = 'src/suites/spec/many-files.engine.test.ts';

export const engineFaults: FaultGroup = {
  title: 'Engines that break or lie',
  count: 15,
  cases: [
    {
      id: 'E1',
      happens: 'the socket is missing, forbidden, or nobody listens on it',
      required: 'exit code 3, a message that names socket and way out, nothing created',
      coveredBy: [
        { file: connect, test: 'no socket at the address: ENGINE_SOCKET_ABSENT' },
        { file: connect, test: 'a socket of others: ENGINE_FORBIDDEN' },
        {
          file: connect,
          test: 'a socket that nobody listens on: ENGINE_UNREACHABLE, with what to do',
        },
      ],
    },
    {
      id: 'E2',
      happens: 'the engine dies during a build',
      required:
        'the step fails and is tried once more when the engine is back; nothing is promoted',
      coveredBy: [
        {
          file: 'src/pipeline/engine-death.engine.test.ts',
          test: 'an engine that is killed in a RUN step and comes back: the build is tried once more',
        },
        {
          file: run,
          test: 'a build whose engine breaks off twice is BUILD_INTERRUPTED, and nothing is tested or shipped',
        },
        {
          file: 'src/build/build-image.test.ts',
          test: 'an engine that dies in the middle of its answer is BUILD_INTERRUPTED',
        },
      ],
    },
    {
      id: 'E3',
      happens: 'the engine breaks during tests',
      required: 'the verdicts are lost, never passed; the next run sweeps',
      coveredBy: [
        {
          file: 'src/pipeline/engine-death.engine.test.ts',
          test: 'an engine that is killed in a test: the verdict is lost, nothing ships, and the next run passes',
        },
        {
          file: battery,
          test: 'a battery > loses the check whose look at the engine fails, and judges the others',
        },
        {
          file: battery,
          test: 'a battery > loses what depends on a run that the engine broke, and keeps the line beside it',
        },
        {
          file: 'src/engine/watchdog.engine.test.ts',
          test: 'when the watchdog is killed too, the next sweep removes everything',
        },
      ],
    },
    {
      id: 'E4',
      happens: 'an old engine without the newer fields',
      required: 'spoken to in its own version; too old a one is refused',
      coveredBy: [
        { file: connect, test: 'an engine with API %s, at least %s, is spoken to in %s' },
        { file: connect, test: 'an old engine: ENGINE_TOO_OLD' },
        {
          file: pack,
          test: 'the packed form hangs together: config is the image id, each layer unpacks to its diff id',
        },
      ],
    },
    {
      id: 'E5',
      happens: 'a saved image is truncated, or its config or a layer is another',
      required: 'IDENTITY_BROKEN or ENGINE_GONE; nothing is pushed',
      coveredBy: [
        { file: pack, test: 'an engine that hands out other bytes than the image has is refused' },
        {
          file: pack,
          test: 'an engine that saves a config of the right name and wrong content is refused',
        },
        {
          file: pack,
          test: 'an engine that dies in the middle leaves no blob that claims to be whole',
        },
        {
          file: 'src/ship/stored-image.test.ts',
          test: 'a layout %s: IDENTITY_BROKEN, and nothing to ship',
        },
        {
          file: 'src/ship/pushed-image.test.ts',
          test: 'the digest of another image: IDENTITY_BROKEN',
        },
      ],
    },
    {
      id: 'E6',
      happens: 'somebody moves the local tag of a built image to another one',
      required: 'tests and ships the image that was built, or builds again; never the other one',
      coveredBy: [
        {
          file: run,
          test: 'a tag that somebody moved to another image is no result: the image is built again',
        },
        {
          file: script,
          test: 'IMAGE runs exactly the image under test',
        },
      ],
    },
    {
      id: 'E7',
      happens: 'the image is removed between build, test and pack',
      required: 'IMAGE_VANISHED and no verdict; what was packed is used from the store',
      coveredBy: [
        {
          file: run,
          test: 'an image that went away between build and test is IMAGE_VANISHED, and no verdict',
        },
        {
          file: pack,
          test: 'what is packed is not asked for again, and another store gets the same digest',
        },
      ],
    },
    {
      id: 'E8',
      happens: 'a container is killed for its memory',
      required: 'a failure with its reason, not the infrastructure',
      coveredBy: [
        { file: awaitReady, test: 'a container that was killed for its memory says so' },
        {
          file: 'src/suites/behaviour/classify.test.ts',
          test: 'takes a container that ran out of memory for broken',
        },
        {
          file: 'src/suites/behaviour/start-advice.test.ts',
          test: 'says that memory ran out, and names the limit',
        },
      ],
    },
    {
      id: 'E9',
      happens: 'a container ignores its stop signal',
      required: 'is killed after the grace time, and the check fails',
      coveredBy: [
        {
          file: 'src/suites/behaviour/stop-advice.test.ts',
          test: 'fails what had to be killed, with the cause and the table as evidence',
        },
        {
          file: 'src/engine/docker/containers.engine.test.ts',
          test: 'stop sends the signal and waits, kill sends any signal, restart starts again',
        },
        {
          file: 'test/e2e/breaks.e2e.test.ts',
          test: 'the example is refused, and the tags stay as they were, when it > $what',
        },
      ],
    },
    {
      id: 'E10',
      happens: 'the stream of a log breaks while the container runs',
      required: 'is taken up where it broke; verdicts come from exit codes',
      coveredBy: [
        {
          file: 'src/engine/docker/logs.test.ts',
          test: 'a log whose stream breaks is taken up where it broke, and no line comes twice',
        },
        {
          file: 'src/engine/docker/logs.test.ts',
          test: 'a log whose stream breaks again and again fails in the end: ENGINE_GONE',
        },
      ],
    },
    {
      id: 'E11',
      happens: 'a container has ended before its log was read',
      required: 'its last lines are not lost',
      coveredBy: [
        {
          file: 'src/engine/docker/hostile.engine.test.ts',
          test: 'the last lines of a container that has ended are never lost',
        },
        {
          file: awaitReady,
          test: 'a container that dies ends the wait at once, with exit code and last log lines',
        },
      ],
    },
    {
      id: 'E12',
      happens: 'a health check never passes, or not for long',
      required: 'ends at the deadline with the output of the last probe',
      coveredBy: [
        {
          file: awaitReady,
          test: 'a health check that never passes is shown with its last output',
        },
        { file: awaitReady, test: 'a health check decides, with its interval shortened' },
      ],
    },
    {
      id: 'E13',
      happens: 'tests ran zero cases, or ended with 0 without a report',
      required: 'is no pass',
      coveredBy: [
        { file: manySpecs, test: 'one run of many files > fails a file with %s' },
        { file: spec, test: 'SUITE_NO_FILES: no spec file at all is no pass' },
        { file: script, test: 'SUITE_NO_FILES: no script at all is no pass' },
        { file: run, test: 'a suite whose every case is skipped is not green' },
        {
          file: 'src/history/results.test.ts',
          test: '%s is never recorded as a pass: PASS_WITHOUT_PROOF',
        },
        { file: 'src/ship/gate.test.ts', test: '%s closes the gate' },
        { file: 'src/ship/gate.test.ts', test: 'an index %s closes the gate' },
      ],
    },
    {
      id: 'E14',
      happens: 'an engine on containerd gives the digest of an index as the image id',
      required: 'the manifest of the platform is found; evidence names both',
      coveredBy: [
        {
          file: 'src/ship/stored-image.test.ts',
          test: 'whose id is the digest of an index: the manifest of the platform is found, and no attestation',
        },
        {
          file: 'src/pipeline/ship-origin.engine.test.ts',
          test: 'ships its own manifest, which the tests ran, and no other one',
        },
      ],
    },
    {
      id: 'E15',
      happens: 'the clock jumps during a run',
      required: 'deadlines and waits do not notice',
      coveredBy: [
        {
          file: 'src/registry/client/read-back.test.ts',
          test: 'a tag that shows its old digest > is waited for no longer when the wall clock jumps',
        },
        {
          file: 'src/registry/client/authorization.test.ts',
          test: 'a registry with tokens > renews a token before it ends',
        },
      ],
    },
  ],
};
