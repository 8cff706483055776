import type { FaultGroup } from './fault-case.ts';

const authorization = 'src/registry/client/authorization.test.ts';
const floods = 'src/registry/client/floods.test.ts';
const lies = 'src/registry/client/lies.engine.test.ts';
const manifests = 'src/registry/client/manifests.test.ts';
const probe = 'src/registry/client/probe.test.ts';
const readBack = 'src/registry/client/read-back.test.ts';
const redirects = 'src/registry/client/redirects.test.ts';
const retries = 'src/registry/client/retries.test.ts';
const stumbles = 'src/registry/client/stumbles.test.ts';
const upload = 'src/registry/client/upload.test.ts';
const attach = 'src/evidence/attach.test.ts';

export const registryFaults: FaultGroup = {
  title: 'Registries that break or lie',
  count: 26,
  cases: [
    {
      id: 'R1',
      happens: '429 with Retry-After in seconds, as a date, or of a day',
      required: 'waits within its budget, else fails and names the limit',
      coveredBy: [
        { file: retries, test: 'Retry-After %j is %j ms' },
        { file: upload, test: 'waits as long as Retry-After asks for' },
        { file: upload, test: 'names the limit when Retry-After is absurd' },
      ],
    },
    {
      id: 'R2',
      happens: '429, 500, 502, 503 or 504 once at each endpoint, the token server included',
      required: 'push and pull succeed',
      coveredBy: [
        {
          file: stumbles,
          test: 'a push and a pull succeed although each bad status comes once > at %s',
        },
        { file: authorization, test: 'survives a token server that answers %i once' },
      ],
    },
    {
      id: 'R3',
      happens: '503 for ever',
      required: 'ends in bounded time with a typed error and no new tag',
      coveredBy: [
        { file: manifests, test: 'with 503 for ever fails in bounded time and moves nothing' },
        { file: upload, test: 'for %s at every chunk fails in bounded time' },
      ],
    },
    {
      id: 'R4',
      happens: 'the connection is reset at some byte of a layer',
      required: 'goes on where the registry stands; at most one chunk is sent twice',
      coveredBy: [
        {
          file: upload,
          test: 'goes on where the registry stands after a reset at byte %i of a chunk',
        },
        { file: upload, test: 'survives a reset in every single chunk' },
      ],
    },
    {
      id: 'R5',
      happens: 'the registry restarts in mid-upload and forgets it',
      required: 'begins another upload and sends the blob again',
      coveredBy: [
        {
          file: upload,
          test: 'starts anew when the registry was killed in mid-chunk and forgot it',
        },
        { file: upload, test: 'with 404 for the upload under way makes us begin another' },
      ],
    },
    {
      id: 'R6',
      happens: 'a chunk is answered with a lower or a higher offset than was sent',
      required: 'goes on from the lower one; gives the upload up for a higher one',
      coveredBy: [{ file: upload, test: 'and %s gets no damaged blob' }],
    },
    {
      id: 'R7',
      happens: '201 with a wrong Docker-Content-Digest',
      required: 'DIGEST_MISMATCH, exit code 1',
      coveredBy: [
        {
          file: manifests,
          test: 'a registry that lies about a manifest > and names another digest is found out at once',
        },
        {
          file: upload,
          test: 'a registry that lies about an upload > and names another digest is found out',
        },
        { file: lies, test: 'docker push exits with 0 at a registry that $what, and we with 1' },
        {
          file: 'test/e2e/lies.e2e.test.ts',
          test: 'a deployment to a registry that lies ends with exit code 1 and moves no tag; to an honest one it works',
        },
      ],
    },
    {
      id: 'R8',
      happens: '201, and nothing is kept',
      required: 'DIGEST_MISMATCH after the time for reading back, exit code 1',
      coveredBy: [
        {
          file: manifests,
          test: 'a registry that lies about a manifest > and keeps nothing is found out by reading back',
        },
        { file: upload, test: 'and keeps nothing of %i bytes is found out' },
        { file: lies, test: 'docker push exits with 0 at a registry that $what, and we with 1' },
        {
          file: 'test/e2e/lies.e2e.test.ts',
          test: 'a deployment to a registry that lies ends with exit code 1 and moves no tag; to an honest one it works',
        },
      ],
    },
    {
      id: 'R9',
      happens: 'a server says yes to everything',
      required: 'NOT_A_REGISTRY before anything is sent',
      coveredBy: [
        {
          file: probe,
          test: 'what is no registry is NOT_A_REGISTRY > when it says 200 to everything',
        },
        {
          file: 'test/e2e/lies.e2e.test.ts',
          test: 'a deployment to a registry that lies ends with exit code 1 and moves no tag; to an honest one it works',
        },
      ],
    },
    {
      id: 'R10',
      happens: 'a tag shows its old digest for ten seconds, or for ever',
      required: 'waits half a minute, then fails with both digests',
      coveredBy: [
        { file: readBack, test: 'a tag that shows its old digest > for ten seconds is waited for' },
        {
          file: readBack,
          test: 'a tag that shows its old digest > for ever is DIGEST_MISMATCH with both digests, after half a minute',
        },
      ],
    },
    {
      id: 'R11',
      happens: 'bytes are altered on the way back',
      required: 'DIGEST_MISMATCH',
      coveredBy: [
        { file: manifests, test: 'and alters it on the way is found out, by tag and by digest' },
        { file: upload, test: 'and alters a blob on the way back is found out' },
      ],
    },
    {
      id: 'R12',
      happens: 'a manifest of schema 1 comes, or a type that nobody asked for',
      required: 'MANIFEST_INVALID',
      coveredBy: [
        {
          file: manifests,
          test: 'a manifest that is not to be trusted > because it %s is refused',
        },
      ],
    },
    {
      id: 'R13',
      happens: 'a manifest calls itself something else, or is manifest and index at once',
      required: 'MANIFEST_INVALID',
      coveredBy: [
        {
          file: manifests,
          test: 'a manifest that is not to be trusted > because it %s is refused',
        },
        { file: manifests, test: 'a manifest that is not to be trusted > is not even sent' },
      ],
    },
    {
      id: 'R14',
      happens: 'manifests, errors, tokens, headers or redirects without end',
      required: 'all are cut off',
      coveredBy: [
        { file: floods, test: 'an answer without end > %s is ANSWER_MALFORMED' },
        { file: floods, test: 'an answer without end > that says %i is the error that it says' },
        { file: floods, test: 'headers without end are no answer' },
        { file: manifests, test: 'because it is larger than 4 MiB is refused, announced or not' },
        { file: authorization, test: 'an answer %s is ANSWER_MALFORMED' },
        { file: redirects, test: 'a registry may not send us > round in circles' },
      ],
    },
    {
      id: 'R15',
      happens: 'a list of tags leads in a circle, never ends or leads to another host',
      required: 'ANSWER_MALFORMED; no other host is asked',
      coveredBy: [
        { file: manifests, test: 'a list of tags > that %s is ANSWER_MALFORMED' },
        { file: floods, test: 'a list of tags that always names another page is cut off' },
      ],
    },
    {
      id: 'R16',
      happens:
        'a blob is collected between its upload and the manifest, or an image before its index',
      required:
        'what is missing is sent again; after four times, an image after two, it is MANIFEST_INCOMPLETE',
      coveredBy: [
        {
          file: 'src/registry/put-complete-manifest.test.ts',
          test: 'a blob that is collected before its manifest comes is sent again',
        },
        {
          file: 'src/registry/put-complete-manifest.test.ts',
          test: 'a blob that is gone each time ends in MANIFEST_INCOMPLETE',
        },
        {
          file: 'src/ship/index-candidate.test.ts',
          test: 'an index > whose image is collected before it comes gets it once more',
        },
        {
          file: 'src/ship/index-candidate.test.ts',
          test: 'an index > whose image is gone each time ends in MANIFEST_INCOMPLETE',
        },
      ],
    },
    {
      id: 'R17',
      happens: 'a mount is answered with 202, 401, 404 or 500',
      required: 'becomes an upload; an upload that was opened for it is used or cancelled',
      coveredBy: [
        { file: upload, test: 'a mount > answered with %s becomes an upload' },
        { file: upload, test: 'a mount > that is not possible leaves no upload open' },
        {
          file: upload,
          test: 'a blob that is there is not sent again, and one of a sibling is mounted',
        },
      ],
    },
    {
      id: 'R18',
      happens: 'no referrers API, or one that claims to index and does not',
      required: 'evidence goes into the fallback list and is found again',
      coveredBy: [
        { file: manifests, test: 'referrers > are none for %s' },
        { file: attach, test: 'on %s > a bundle that was attached is found, byte for byte' },
        {
          file: attach,
          test: 'a registry that says it indexes subjects, and lists none, gets the list',
        },
        { file: attach, test: 'a registry that takes evidence and keeps none is found out' },
      ],
    },
    {
      id: 'R19',
      happens: 'something foreign stands in the place of the fallback list',
      required: 'is left as it is, and said',
      coveredBy: [
        {
          file: attach,
          test: 'a foreign manifest in the place of the list is left as it is, and said',
        },
      ],
    },
    {
      id: 'R20',
      happens: 'tags in the query of a manifest are accepted and ignored',
      required: 'each tag is written by a PUT of its own and read back',
      coveredBy: [
        {
          file: readBack,
          test: 'a tag is written by a PUT of its own, also where the registry ignores `?tag=`',
        },
      ],
    },
    {
      id: 'R21',
      happens: 'garbage collection takes untagged manifests between push and promotion',
      required: 'a tag of its own keeps the candidate; without it promotion fails and no tag moves',
      coveredBy: [
        { file: readBack, test: 'a candidate under a tag of its own outlives garbage collection' },
        {
          file: readBack,
          test: 'what garbage collection took between push and promotion cannot be promoted, and no tag moves',
        },
        { file: 'src/ship/keep-tags.test.ts', test: 'a rollback finds its digest' },
      ],
    },
    {
      id: 'R22',
      happens: 'the registry refuses to move a tag (400, 403, 409, 412)',
      required: 'nothing to do when the tag has the digest, else TAG_IMMUTABLE',
      coveredBy: [
        {
          file: manifests,
          test: 'an immutable tag > that names the same bytes already is what was wanted (%i)',
        },
        {
          file: manifests,
          test: 'an immutable tag > that names other bytes is TAG_IMMUTABLE (%i)',
        },
      ],
    },
    {
      id: 'R23',
      happens: 'a quota is exceeded',
      required: 'said in the words of the registry; asked once',
      coveredBy: [
        { file: stumbles, test: '$what, before an upload' },
        { file: stumbles, test: '$what, at a manifest' },
      ],
    },
    {
      id: 'R24',
      happens: 'a token ends in the middle of a long upload',
      required: 'another one is got, and the upload goes on',
      coveredBy: [
        {
          file: authorization,
          test: 'that forgets its tokens in the middle of an upload gives new ones',
        },
        { file: authorization, test: 'renews a token before it ends' },
      ],
    },
    {
      id: 'R25',
      happens: 'the registry is read-only or in maintenance',
      required: 'said in its own words; 405 is asked once, 503 a few times',
      coveredBy: [
        { file: stumbles, test: '$what, before an upload' },
        { file: stumbles, test: 'a registry in maintenance is asked again, and then believed' },
      ],
    },
    {
      id: 'R26',
      happens: 'a cache or mirror serves an old tag',
      required: 'reading back passes it by',
      coveredBy: [
        {
          file: readBack,
          test: 'a cache in front of the registry that keeps old answers is passed by',
        },
        {
          file: manifests,
          test: 'reads back over a new connection that asks caches to stand aside',
        },
      ],
    },
  ],
};
