import type { StatementSigner } from '../evidence/signer.ts';
import { predicateTypes } from '../evidence/statement.ts';
import { testPlanDigest, type TestedSuite } from '../evidence/test-result.ts';
import { verifiedProperties } from '../evidence/verification-result.ts';
import type { Digest } from '../kernel/digest.ts';
import type { Attestable, Attested } from './attestable.ts';
import {
  evidenceFolder,
  keepStatements,
  pruneEvidence,
  type EvidencePlace,
} from './kept-evidence.ts';
import type { PackedPlatform, PackedShipment } from './packed-shipment.ts';
import type { Shipment } from './push-shipment.ts';
import { makeIndexStatement, makeStatements, readTestedSuites } from './statements.ts';

/**
 * Says under the digest of an image what this run found. With a signer the statements are attached, read back
 * and verified; without one they stay with the run, and its own record is what the gate rests on. Of an index, first
 * each image gets its own evidence, and then the index what was found on all of them.
 * @throws {EvidenceError} EVIDENCE_LOST, EVIDENCE_REFUSED; no tag may move then
 */
export async function attest(shipment: Shipment, packed: PackedShipment): Promise<Attested> {
  let attested: Attested | undefined;
  const tested: TestedSuite[] = [];
  for (const platform of packed.platforms) {
    const suites = platform.isUntested ? [] : await readTestedSuites(shipment, platform);
    tested.push(...suites.map((suite) => ({ ...suite, platform: platform.platform })));
    attested = await attestOne(attestableImage(shipment, platform, suites));
  }
  if (attested === undefined || packed.platforms.length > 1)
    attested = await attestOne(attestableIndex(shipment, packed, tested));
  await pruneEvidence(shipment.context.stateFolder);
  return withBuildProperties(attested);
}

/** Each image has its provenance and its list of packages by now. */
function withBuildProperties(attested: Attested): Attested {
  const { verified } = attested;
  if (verified === undefined) return attested;
  const { provenance, sbom } = verifiedProperties;
  const properties = [...verified.properties, provenance, sbom];
  return { ...attested, verified: { ...verified, properties } };
}

function attestableImage(
  shipment: Shipment,
  image: PackedPlatform,
  suites: readonly TestedSuite[],
): Attestable {
  const { digest, sizeBytes, mediaType } = image.packed.manifest;
  return {
    shipment,
    subject: { mediaType, digest, size: sizeBytes },
    types: image.isUntested
      ? [predicateTypes.sbom, predicateTypes.provenance]
      : [predicateTypes.sbom, predicateTypes.provenance, predicateTypes.testResult],
    suites,
    place: placeOf(shipment, digest, suites),
    makeStatements: async () => await makeStatements({ ...image, shipment }, suites),
  };
}

function attestableIndex(
  shipment: Shipment,
  packed: PackedShipment,
  suites: readonly TestedSuite[],
): Attestable {
  const { digest, mediaType, bytes } = packed.manifest;
  return {
    shipment,
    subject: { mediaType, digest, size: bytes.length },
    types: [predicateTypes.testResult],
    suites,
    place: placeOf(shipment, digest, suites),
    makeStatements: async () => [await makeIndexStatement(shipment, packed, suites)],
  };
}

function placeOf(
  { context }: Shipment,
  digest: Digest,
  suites: readonly TestedSuite[],
): EvidencePlace {
  return { stateFolder: context.stateFolder, digest, plan: testPlanDigest(suites) };
}

async function attestOne(attestable: Attestable): Promise<Attested> {
  const { signer } = attestable.shipment.context;
  if (signer === undefined) return await keepUnsigned(attestable);
  return await attestBy(signer, attestable);
}

async function attestBy(signer: StatementSigner, attestable: Attestable): Promise<Attested> {
  // Loaded by the few runs that ship with a key.
  const { attestSigned } = await import('./attest-signed.ts');
  return await attestSigned(attestable, signer);
}

async function keepUnsigned(attestable: Attestable): Promise<Attested> {
  const { place, shipment } = attestable;
  await keepStatements(place, await attestable.makeStatements());
  const text = `unsigned evidence kept in ${evidenceFolder(place)}\n`;
  const { context, step } = shipment;
  context.emit({ type: 'step.output', step: step.id, source: 'evidence', text });
  return {
    isSigned: false,
    evidence: `every suite passed in run ${context.runId}; unsigned`,
  };
}
