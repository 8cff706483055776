import { digestOf, isDigest, type Digest } from '../../kernel/digest.ts';
import type { Manifests, ManifestUpload, PutResult } from '../contract.ts';
import { RegistryError } from '../errors.ts';
import { parseManifest } from '../manifest-document.ts';
import type { Answer } from './answer.ts';
import { failureOf } from './failures.ts';
import {
  headManifest,
  MAX_MANIFEST_BYTES,
  mismatch,
  readManifest,
  type ManifestWork,
} from './manifest-reading.ts';
import { listReferrers } from './referrers.ts';
import { removeReference } from './removal.ts';
import { pushScope } from './scopes.ts';
import { checkReference, type Session } from './session.ts';

export function createManifests(session: Session): Manifests {
  return {
    head: async (reference) =>
      await session.run(
        `look for manifest ${reference}`,
        async (operation, exchange) =>
          await headManifest({ session, operation, exchange }, reference),
      ),
    read: async (reference) =>
      await session.run(
        `read manifest ${reference}`,
        async (operation, exchange) =>
          await readManifest({ session, operation, exchange }, reference),
      ),
    put: async (manifest) => {
      const reference = manifest.reference ?? digestOf(manifest.bytes);
      return await session.run(
        `put manifest ${reference}`,
        async (operation, exchange) =>
          await putManifest({ session, operation, exchange }, manifest),
      );
    },
    remove: async (digest) => await removeReference(session, digest),
    referrers: async (digest, artifactType) =>
      await session.run(
        `list referrers of ${digest}`,
        async (operation, exchange) =>
          await listReferrers({ session, operation, exchange }, digest, artifactType),
      ),
  };
}

async function putManifest(work: ManifestWork, manifest: ManifestUpload): Promise<PutResult> {
  const { session, operation, exchange } = work;
  const { name } = session.address;
  const digest = digestOf(manifest.bytes);
  const reference = checkReference(manifest.reference ?? digest);
  refuseUnfit(manifest, reference, digest);
  const scopes = [pushScope(name)];
  const answered = await exchange.ask(
    operation,
    {
      method: 'PUT',
      to: `/v2/${name}/manifests/${reference}`,
      headers: { 'content-type': manifest.mediaType },
      body: { lengthBytes: manifest.bytes.length, open: () => manifest.bytes },
      scopes,
    },
    async (answer) => {
      if (answer.status < 200 || answer.status > 299) {
        return { refusal: await failureOf(answer, operation.title, { isTagWrite: true }) };
      }
      await answer.discard();
      refuseOtherDigest(session, answer, digest);
      return { isSubjectIndexed: answer.header('oci-subject') !== undefined };
    },
  );
  if ('refusal' in answered) {
    // An immutable tag that already names these bytes is what was wanted.
    const isSame =
      answered.refusal.code === 'TAG_IMMUTABLE' &&
      (await readManifest(work, reference, { scopes }))?.digest === digest;
    if (!isSame) throw answered.refusal;
    return { digest, isSubjectIndexed: false };
  }
  if (manifest.isContested !== true) await readBack(work, { reference, digest, scopes });
  return { digest, isSubjectIndexed: answered.isSubjectIndexed };
}

function refuseUnfit(manifest: ManifestUpload, reference: string, digest: Digest): void {
  const parsed = parseManifest(manifest.bytes, manifest.mediaType);
  if (!parsed.ok) {
    throw new RegistryError('MANIFEST_INVALID', `The manifest for ${reference} ${parsed.problem}`);
  }
  if (manifest.bytes.length > MAX_MANIFEST_BYTES) {
    throw new RegistryError(
      'MANIFEST_INVALID',
      `The manifest for ${reference} has ${manifest.bytes.length} bytes; 4 MiB is the most`,
    );
  }
  if (isDigest(reference) && reference !== digest) {
    throw mismatch(`The manifest for ${reference} hashes to ${digest}`, reference, digest);
  }
}

function refuseOtherDigest(session: Session, answer: Answer, digest: Digest): void {
  const named = answer.header('docker-content-digest');
  if (named === undefined || named === digest) return;
  const found = named.slice(0, 100);
  throw mismatch(
    `${session.address.host} stored the manifest ${digest} as ${found}`,
    digest,
    found,
  );
}

/** Some registries show a written manifest only after a while; one that never does has lied. */
async function readBack(
  work: ManifestWork,
  written: {
    readonly reference: string;
    readonly digest: Digest;
    readonly scopes: readonly string[];
  },
): Promise<void> {
  const { session, operation } = work;
  const endsAtMs = session.clock.monotonicMs() + session.limits.readBackMs;
  for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, 2000)) {
    const found = (await readManifest(work, written.reference, written))?.digest ?? 'nothing';
    if (found === written.digest) return;
    if (session.clock.monotonicMs() + pauseMs > endsAtMs) {
      throw mismatch(
        `${session.address.repository} took ${written.digest} as ${written.reference} and serves ${found}`,
        written.digest,
        found,
      );
    }
    await operation.pause(pauseMs);
  }
}
