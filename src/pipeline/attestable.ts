import type { TestedSuite } from '../evidence/test-result.ts';
import type { Descriptor } from '../registry/contract.ts';
import type { Verified } from '../ship/proof.ts';
import type { EvidencePlace } from './kept-evidence.ts';
import type { Shipment } from './push-shipment.ts';
import type { UnsignedStatement } from './statements.ts';

/** What allows the tags to move. */
export interface Attested {
  readonly isSigned: boolean;
  /** One clause, for the record of the promotion. */
  readonly evidence: string;
  /** What was found, said by whom the signer trusts. Absent without a signer, and for what nobody tested. */
  readonly verified?: Verified | undefined;
}

/** An image or index in the repository that there is something to say about. */
export interface Attestable {
  readonly shipment: Pick<Shipment, 'step' | 'context' | 'repository'>;
  readonly subject: Pick<Descriptor, 'mediaType' | 'digest' | 'size'>;
  /** Kinds of statements that have to be there. */
  readonly types: readonly string[];
  /** What was found; empty for an image that nobody tested. */
  readonly suites: readonly TestedSuite[];
  readonly place: EvidencePlace;
  /** Says it, one statement of each kind; the one that decides comes last. */
  readonly makeStatements: () => Promise<readonly UnsignedStatement[]>;
}
