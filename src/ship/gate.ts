import type { Outcome } from '../kernel/verdict.ts';
import { ShipError } from './errors.ts';

/** What one suite said of an image, in this run or in an earlier one with the same key. */
export interface SuiteVerdict {
  /** `test:app:behaviour`. */
  readonly step: string;
  /** The image that was tested. */
  readonly imageId: string;
  readonly outcome: Outcome;
}

/**
 * Invariant G1: lets an image pass only if every suite of its plan passed for exactly this image. No suite
 * at all is not a pass.
 * @throws {ShipError} GATE_CLOSED
 */
export function assertGateOpen(imageId: string, verdicts: readonly SuiteVerdict[]): void {
  if (verdicts.length === 0)
    throw new ShipError('GATE_CLOSED', `no suite tests ${imageId}: zero cases are not a pass`, {
      hint: 'Give the image a suite, or turn the behaviour checks on again.',
    });
  for (const verdict of verdicts) {
    if (verdict.imageId !== imageId)
      throw new ShipError(
        'GATE_CLOSED',
        `${verdict.step} tested ${verdict.imageId}, and ${imageId} is to be shipped`,
      );
    if (verdict.outcome !== 'passed')
      throw new ShipError('GATE_CLOSED', `${verdict.step} did not pass: ${verdict.outcome}`);
  }
}
