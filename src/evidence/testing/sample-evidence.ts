import { generateKeyPairSync } from 'node:crypto';
import { digestOf, type Digest } from '../../kernel/digest.ts';
import type { Case } from '../../kernel/verdict.ts';
import { loadSigningKey } from '../keys.ts';
import { createKeySigner, type StatementSigner } from '../signer.ts';
import { predicateTypes, renderStatement } from '../statement.ts';
import { toTestResult, type TestResultSource } from '../test-result.ts';

/** A signer with a new key. */
export async function makeSigner(curve = 'prime256v1'): Promise<StatementSigner> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: curve });
  const key = await loadSigningKey(
    { SEATRIAL_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() },
    '/',
  );
  if (key === undefined) throw new Error('no key');
  return createKeySigner(key);
}

export function makeCase(id: string, changes: Partial<Case> = {}): Case {
  const common = { suite: 'behaviour', severity: 'error', durationMs: 1, message: 'seen' } as const;
  return { ...common, id, verdict: 'pass', ...changes };
}

export function makeTestSource(changes: Partial<TestResultSource> = {}): TestResultSource {
  return {
    suites: [
      {
        suite: 'behaviour',
        inputs: { suite: 'behaviour 1', settings: digestOf('settings') },
        testedAt: '2026-11-24T10:15:30.000Z',
        cases: [makeCase('starts'), makeCase('stops')],
      },
    ],
    config: { name: 'seatrial.yaml', digest: digestOf('images:') },
    tool: { version: '0.1.0' },
    engine: { product: 'docker', version: '20.10.24', os: 'linux', architecture: 'amd64' },
    run: { id: '20261124-101530-4f2a' },
    ...changes,
  };
}

/** The text of a test result about a digest. */
export function makeStatement(digest: Digest, changes: Partial<TestResultSource> = {}): string {
  return renderStatement({
    subject: { name: 'registry.example/app', digest },
    predicateType: predicateTypes.testResult,
    predicate: toTestResult(makeTestSource(changes)),
  });
}
