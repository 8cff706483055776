import { expect, test } from 'vitest';
import { suiteEnvironment } from './environment.ts';

const withheld = `
  DOCKER_AUTH_CONFIG DOCKER_CONFIG DOCKER_PASS DOCKERHUB_PASSWORD REGISTRY_USER
  REGISTRY_PASSWORD CI_REGISTRY_PASSWORD REGISTRY_AUTH_FILE GITHUB_TOKEN CI_JOB_TOKEN
  CIRCLE_OIDC_TOKEN_V2 NODE_AUTH_TOKEN HUB_PASS ACTIONS_ID_TOKEN_REQUEST_URL
  npm_config_//registry.npmjs.org/:_authToken COSIGN_PASSWORD COSIGN_KEY SIGSTORE_ID_TOKEN
  SEATRIAL_KEY SEATRIAL_KEY_FILE AWS_SECRET_ACCESS_KEY AWS_ACCESS_KEY_ID AWS_SESSION_TOKEN
  SIGNING_KEY GOOGLE_APPLICATION_CREDENTIALS SSH_AUTH_SOCK GIT_ASKPASS GPG_PASSPHRASE
`;

test.each(namesIn(withheld))('suites do not see %s', (name) => {
  expect(suiteEnvironment({ [name]: 'x', LANG: 'C' })).toEqual({ LANG: 'C' });
});

const passed = `
  PATH HOME LANG LC_ALL TERM TMPDIR USER CI BUILD_NUM TZ GITHUB_REPOSITORY CIRCLE_BRANCH
  HTTP_PROXY DOCKER_HOST NODE_OPTIONS KEYBOARD MONKEY COMPASS AUTHOR PASSENGERS
  SEATRIAL_REGISTRY
`;

test.each(namesIn(passed))('suites see %s', (name) => {
  expect(suiteEnvironment({ [name]: 'x' })).toEqual({ [name]: 'x' });
});

test('a name that the configuration lets through is seen, and no other', () => {
  const env = { API_TOKEN: 'wanted', OTHER_TOKEN: 'not', ABSENT: undefined };

  expect(suiteEnvironment(env, ['API_TOKEN', 'ABSENT'])).toEqual({ API_TOKEN: 'wanted' });
});

function namesIn(text: string): readonly string[] {
  return text.trim().split(/\s+/u);
}
