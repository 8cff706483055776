import {
  AppError,
  exitCodes,
  type ErrorOptionsWithDetails,
  type ErrorTable,
} from '../kernel/errors.ts';

export const evidenceErrors = {
  KEY_INVALID: {
    exit: exitCodes.usage,
    meaning: 'A signing key or public key cannot be read or used.',
    hint: 'Make a pair with `seatrial keys generate`, or correct `SEATRIAL_KEY` and `SEATRIAL_KEY_PASSWORD`.',
  },
  KEY_EXISTS: {
    exit: exitCodes.usage,
    meaning: '`seatrial keys generate` would overwrite a key.',
    hint: 'Choose another name with `--out`; a lost private key cannot be made again.',
  },
  SIGNING_FAILED: {
    exit: exitCodes.environment,
    meaning: 'A signing service gave no certificate, no log entry or no time stamp.',
    hint: 'Check the addresses of the services and the rights of the job, or sign with a key.',
  },
  EVIDENCE_REFUSED: {
    exit: exitCodes.refused,
    meaning:
      'Evidence that was just attached does not prove, as the registry has it, what it should.',
    hint: 'Find out who else writes to this repository, then deploy again; no tag was moved.',
  },
  EVIDENCE_LOST: {
    exit: exitCodes.refused,
    meaning: 'Evidence was attached, and the registry does not list it.',
    hint: 'Check whether the registry collects untagged manifests, then deploy again; no tag was moved.',
  },
  EVIDENCE_EXCESSIVE: {
    exit: exitCodes.refused,
    meaning: 'A digest has more attestations than anyone needs, so that not all can be read.',
    hint: 'Remove attestations that are not yours from the repository.',
  },
  IMAGE_UNREADABLE: {
    exit: exitCodes.environment,
    meaning: 'An image could not be read whole, so nothing is said of it by half.',
    hint: 'Look with `docker save IMAGE | tar -t` whether the engine can hand it out; build or pull it again.',
  },
  SUBJECT_UNKNOWN: {
    exit: exitCodes.refused,
    meaning: 'The image whose evidence is asked for is not in the registry.',
    hint: 'Check the tag or digest; `seatrial verify` asks the registry, not the engine.',
  },
} as const satisfies ErrorTable;

export type EvidenceErrorCode = keyof typeof evidenceErrors;

/** Everything that this room throws. Messages and `details` never hold a key. */
export class EvidenceError extends AppError<EvidenceErrorCode> {
  constructor(code: EvidenceErrorCode, message: string, options?: ErrorOptionsWithDetails) {
    super(evidenceErrors, { code, message }, options);
  }
}
