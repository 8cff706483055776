import {
  AppError,
  exitCodes,
  type ErrorOptionsWithDetails,
  type ErrorTable,
} from '../kernel/errors.ts';

/** What keeps a suite from running at all. A case that fails is a verdict, not an error. */
export const suiteErrors = {
  SUITE_NO_FILES: {
    exit: exitCodes.usage,
    meaning: 'A path or glob of a suite matches no file.',
    hint: 'Correct the pattern; it is relative to the folder of the configuration file.',
  },
  STRUCTURE_INVALID: {
    exit: exitCodes.usage,
    meaning:
      'A file of a structure suite cannot be read, or holds what container-structure-test passes over in silence.',
    hint: 'Correct the marked lines, or set `suites.structure.compat` to judge as container-structure-test does.',
  },
  GOSS_INVALID: {
    exit: exitCodes.usage,
    meaning:
      'A file of a goss suite cannot be read: its template, its YAML, an attribute or a matcher is wrong.',
    hint: 'Correct the marked lines; `docs/goss-tests.md` lists what is understood.',
  },
  GOSS_NEEDS_BINARY: {
    exit: exitCodes.usage,
    meaning: 'A goss suite has resources that only goss itself can tell, inside of the container.',
    hint: 'Set `suites.goss.binary` to your goss for Linux, or take the marked resources out.',
  },
  GOSS_BINARY_FAILED: {
    exit: exitCodes.usage,
    meaning: 'The goss of a suite could not be put into the container, or did not give results.',
    hint: 'Check that `binary` is goss 0.4 for the platform of the image.',
  },
  SUT_INVALID: {
    exit: exitCodes.usage,
    meaning:
      'A Compose file of a `sut` suite cannot be understood, has no service `sut`, or asks for what no test gets.',
    hint: 'Correct the marked lines; `docs/sut-tests.md` lists every key.',
  },
  SUT_NO_COMPOSE: {
    exit: exitCodes.environment,
    meaning:
      'A Compose file has keys that only Docker Compose does, and Docker Compose is not there.',
    hint: 'Install Docker Compose, or leave the marked keys out.',
  },
  SPEC_NO_VITEST: {
    exit: exitCodes.usage,
    meaning: 'A spec suite is configured and the project has no Vitest.',
    hint: 'Install it with `npm install --save-dev vitest`.',
  },
  SPEC_NO_IMAGE: {
    exit: exitCodes.usage,
    meaning: 'A spec file was run by itself and it is not known which image it is about.',
    hint: 'Run `seatrial build` first, or name the image as in `IMAGE=<reference> npx vitest`.',
  },
  SPEC_NOT_READY: {
    exit: exitCodes.refused,
    meaning: 'A container that a spec file ran ended, or was not ready in time.',
    hint: 'Read what the container printed; set `ready` if it is ready in another way.',
  },
  SPEC_FIXTURE_MISUSED: {
    exit: exitCodes.usage,
    meaning: 'A fixture of seatrial/test was asked for something that the container cannot give.',
    hint: 'Correct the call that the message names.',
  },
} as const satisfies ErrorTable;

export class SuiteError extends AppError<keyof typeof suiteErrors> {
  constructor(code: keyof typeof suiteErrors, message: string, options?: ErrorOptionsWithDetails) {
    super(suiteErrors, { code, message }, options);
  }
}
