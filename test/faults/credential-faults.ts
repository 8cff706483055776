import type { FaultGroup } from './fault-case.ts';

const authorization = 'src/registry/client/authorization.test.ts';
const bundle = 'src/evidence/bundle.test.ts';
const credentials = 'src/registry/credentials/docker-credentials.test.ts';
const keys = 'src/evidence/keys.test.ts';
const redaction = 'src/report/redaction.test.ts';

export const credentialFaults: FaultGroup = {
  title: 'Credentials and keys',
  count: 8,
  cases: [
    {
      id: 'K1',
      happens: 'a credential helper is missing, hangs, fails, prints without end or no JSON',
      required: 'CREDENTIAL_HELPER_FAILED in time; never anonymous instead',
      coveredBy: [
        {
          file: credentials,
          test: 'a credential helper > that $how is CREDENTIAL_HELPER_FAILED, never anonymous',
        },
      ],
    },
    {
      id: 'K2',
      happens: 'a host that only looks like one with credentials: a suffix, another port',
      required: 'credentials go to exactly the host that they are for',
      coveredBy: [
        { file: credentials, test: 'an entry of config.json > for %s is not found under %s' },
        { file: credentials, test: 'an entry of config.json > for %s is found under %s' },
      ],
    },
    {
      id: 'K3',
      happens: 'a secret could show in arguments, messages, errors, logs or addresses',
      required: 'shows nowhere',
      coveredBy: [
        { file: authorization, test: 'no error shows the password' },
        {
          file: 'src/registry/client/redirects.test.ts',
          test: 'no error shows what a signed address holds',
        },
        { file: 'src/kernel/errors.test.ts', test: 'a secret shows in no form of printing' },
        {
          file: 'src/build/build-image.engine.test.ts',
          test: 'a value that looks secret is in no event and no message',
        },
        {
          file: 'src/engine/endpoint.test.ts',
          test: 'a password never shows, neither in the address nor in an error',
        },
        {
          file: credentials,
          test: 'a credential helper > is asked for the registry by its key, on its input',
        },
        {
          file: keys,
          test: 'a signing key > shows in no form of printing, and its text is known for masking',
        },
      ],
    },
    {
      id: 'K4',
      happens: 'a secret comes in pieces, encoded, over several lines or very short',
      required: 'is masked all the same',
      coveredBy: [
        { file: redaction, test: 'a secret is masked %s' },
        { file: redaction, test: 'a secret is masked in the base64 of a login with the name %j' },
        {
          file: redaction,
          test: 'a secret that was cut at any place between two pieces of output is masked',
        },
        { file: redaction, test: 'every line of a key is masked, also alone' },
        { file: redaction, test: 'a secret of three characters is masked too' },
      ],
    },
    {
      id: 'K5',
      happens: 'a wrong password, a missing right',
      required: 'one attempt; 401 and 403 are told apart; the missing scope is named',
      coveredBy: [
        {
          file: authorization,
          test: 'a registry with Basic authorization > is asked once with a wrong password',
        },
        {
          file: authorization,
          test: 'a registry with tokens > is not tried again with a password that the token server refused',
        },
        { file: authorization, test: 'a registry with tokens > 403 is denied, not unauthorized' },
        {
          file: authorization,
          test: 'a registry with tokens > that gives too small a token names the missing scope',
        },
      ],
    },
    {
      id: 'K6',
      happens: 'config.json is readable by anyone, or malformed',
      required: 'a warning; an error with its path, never anonymous instead',
      coveredBy: [
        { file: credentials, test: 'a file that anyone may read is used and told' },
        {
          file: credentials,
          test: 'a malformed file is CREDENTIALS_MALFORMED, never silently anonymous > %s',
        },
      ],
    },
    {
      id: 'K7',
      happens: 'a signing key with a wrong password, of a wrong kind, or its public half',
      required: 'KEY_INVALID before anything is built',
      coveredBy: [
        {
          file: keys,
          test: 'a signing key > that is %s is KEY_INVALID, and the message holds nothing of it',
        },
        {
          file: 'test/e2e/evidence.e2e.test.ts',
          test: 'a key that cannot sign ends the run before anything is built > because it %s',
        },
      ],
    },
    {
      id: 'K8',
      happens: 'keys are changed, a key is revoked',
      required: 'any allowed key counts; one that is no longer allowed does not',
      coveredBy: [
        {
          file: bundle,
          test: 'a signature > by any of several keys counts, so that keys can be changed',
        },
        { file: bundle, test: 'a signature > by another key is refused, also when it names ours' },
        { file: bundle, test: 'a signature > counts for nothing when nobody is trusted' },
      ],
    },
  ],
};
