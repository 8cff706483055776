import {
  AppError,
  exitCodes,
  type ErrorOptionsWithDetails,
  type ErrorTable,
} from '../kernel/errors.ts';

export const shipErrors = {
  DIGEST_UNKNOWN: {
    exit: exitCodes.refused,
    meaning: 'A digest or tag that is to be promoted is not in the repository.',
    hint: 'Check the reference, and that the machine that tested it has pushed it.',
  },
  DIGEST_UNPROVEN: {
    exit: exitCodes.refused,
    meaning: 'A tag was to be moved to a digest whose evidence does not hold.',
    hint: 'Run `seatrial verify` on the digest to see every rule; ship it from a run that signs.',
  },
  GATE_CLOSED: {
    exit: exitCodes.refused,
    meaning: 'A release tag was asked for a digest that no passed verdict covers.',
    hint: 'Run `seatrial test` until it passes, then deploy again.',
  },
  IDENTITY_BROKEN: {
    exit: exitCodes.refused,
    meaning: 'The bytes that the engine hands out are not those of the image that was tested.',
    hint: 'Build and test the image again; if it happens twice, look after the disk of the engine.',
  },
  LEASE_LOST: {
    exit: exitCodes.environment,
    meaning:
      'Another run took over the right to move tags of a repository, or it cannot be told whose it is.',
    hint: 'Run again; what the other run has done is then found.',
  },
  READ_BACK_IMPOSSIBLE: {
    exit: exitCodes.environment,
    meaning:
      'The engine is to push (`ship.through: engine`), and the registry cannot be reached from here to read back what it got.',
    hint: 'Run Seatrial where the registry can be reached: nothing ships that was not read back.',
  },
  PLATFORM_MISMATCH: {
    exit: exitCodes.refused,
    meaning: 'An image of an index turned out to be for another platform than it was built for.',
    hint: 'Take the fixed platform out of `FROM --platform=…` of the last stage, or name that platform in `platforms`.',
  },
  ROLLBACK_TARGET_UNKNOWN: {
    exit: exitCodes.refused,
    meaning: 'It is not known, or no longer in the registry, what a tag is to be rolled back to.',
    hint: 'Look at `seatrial history`, and give the digest with `--to`.',
  },
  SECRET_IN_IMAGE: {
    exit: exitCodes.refused,
    meaning:
      'The configuration or history of an image holds what looks like a secret; nothing was pushed.',
    hint: 'Change the secret, build without it (a secret mount, or at run time), or name it in `ship.not_secret` with a reason.',
  },
  STORE_FAILED: {
    exit: exitCodes.environment,
    meaning: 'The local store of packed layers cannot be read or written.',
    hint: 'Free disk space, remove `.seatrial/store`, or let the engine push with `ship.through: engine`.',
  },
  TAG_IMMUTABLE_CONFLICT: {
    exit: exitCodes.refused,
    meaning:
      'A tag that names one build, commit or version for good points to another digest already.',
    hint: 'Ship under a new version or build number; nothing was moved.',
  },
  TAG_CONFLICT: {
    exit: exitCodes.refused,
    meaning: 'A tag that was just moved points to something else: another writer is at work.',
    hint: 'Find out who else pushes to this repository, then deploy again.',
  },
} as const satisfies ErrorTable;

export type ShipErrorCode = keyof typeof shipErrors;

/** What stops an image on its way to the registry. */
export class ShipError extends AppError<ShipErrorCode> {
  constructor(code: ShipErrorCode, message: string, options?: ErrorOptionsWithDetails) {
    super(shipErrors, { code, message }, options);
  }
}
