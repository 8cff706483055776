import type { Digest } from '../kernel/digest.ts';
import type { Outcome } from '../kernel/verdict.ts';
import { ShipError } from './errors.ts';

/** What one suite said of an image, in this run or in an earlier one with the same key. */
export interface SuiteVerdict {
  /** `test:app:behaviour`. */
  readonly step: string;
  /** The image that was tested. */
  readonly imageId: string;
  /** Of the manifest that its containers ran, where the engine says so. */
  readonly manifest?: string | undefined;
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

/**
 * An image id may stand for an index. Where the engine says which manifest of it ran, no other one ships.
 * @throws {ShipError} IDENTITY_BROKEN
 */
export function assertManifestRan(digest: Digest, verdicts: readonly SuiteVerdict[]): void {
  for (const { step, manifest } of verdicts) {
    if (manifest === undefined || manifest === digest) continue;
    throw new ShipError(
      'IDENTITY_BROKEN',
      `the containers of ${step} ran the manifest ${manifest}, and ${digest} is to be shipped`,
    );
  }
}

/** An image for one platform, and what was said of it. */
export interface PlatformVerdicts {
  readonly platform: string;
  readonly imageId: string;
  /** Whether the configuration ships it without a test. */
  readonly isUntested: boolean;
  readonly verdicts: readonly SuiteVerdict[];
}

/**
 * Invariant G1 for an image on all its platforms: each passed, or is declared untested, and at least one passed.
 * @throws {ShipError} GATE_CLOSED
 */
export function assertPlatformsCovered(platforms: readonly PlatformVerdicts[]): void {
  const tested = platforms.filter(({ isUntested }) => !isUntested);
  if (tested.length === 0)
    throw new ShipError('GATE_CLOSED', 'no platform was tested: zero cases are not a pass');
  for (const { platform, imageId, verdicts } of tested) {
    if (platforms.length > 1 && verdicts.length === 0)
      throw new ShipError('GATE_CLOSED', `${platform} is neither tested nor declared untested`, {
        hint: 'Give the image a suite and an engine that runs the platform (binfmt, `qemu-user-static`), or declare it in `untested`.',
      });
    assertGateOpen(imageId, verdicts);
  }
}
