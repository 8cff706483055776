import type { StatementSigner } from '../evidence/signer.ts';
import { testPlanDigest, type TestedSuite } from '../evidence/test-result.ts';
import {
  evidenceFolder,
  keepStatements,
  pruneEvidence,
  type EvidencePlace,
} from './kept-evidence.ts';
import {
  makeStatements,
  readTestedSuites,
  subjectOf,
  type Attested,
  type TestedImage,
} from './statements.ts';

/**
 * Says under the digest of an image what this run found. With a signer the statements are attached, read back
 * and verified; without one they stay with the run, and its own record is what the gate rests on.
 * @throws {EvidenceError} EVIDENCE_LOST, EVIDENCE_REFUSED; no tag may move then
 */
export async function attest(tested: TestedImage): Promise<Attested> {
  const { context, packed } = tested;
  const suites = await readTestedSuites(tested);
  const place: EvidencePlace = {
    stateFolder: context.stateFolder,
    digest: packed.manifest.digest,
    plan: testPlanDigest(suites),
  };
  const attested = await attestBy(context.signer, { tested, suites, place });
  await pruneEvidence(context.stateFolder);
  return attested;
}

async function attestBy(
  signer: StatementSigner | undefined,
  {
    tested,
    suites,
    place,
  }: {
    readonly tested: TestedImage;
    readonly suites: readonly TestedSuite[];
    readonly place: EvidencePlace;
  },
): Promise<Attested> {
  if (signer === undefined) return await keepUnsigned(tested, suites, place);
  // Loaded by the few runs that ship with a key.
  const { attestSigned } = await import('./attest-signed.ts');
  return await attestSigned({ ...tested, suites, place, signer });
}

async function keepUnsigned(
  tested: TestedImage,
  suites: readonly TestedSuite[],
  place: EvidencePlace,
): Promise<Attested> {
  await keepStatements(place, await makeStatements(tested, subjectOf(tested), suites));
  output(tested, `unsigned evidence kept in ${evidenceFolder(place)}`);
  return {
    isSigned: false,
    evidence: `every suite passed in run ${tested.context.runId}; unsigned`,
  };
}

function output({ step, context }: TestedImage, text: string): void {
  context.emit({ type: 'step.output', step: step.id, source: 'evidence', text: `${text}\n` });
}
