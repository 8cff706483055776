import type { Provider } from '../provider.ts';
import { azure } from './azure.ts';
import { bitbucket } from './bitbucket.ts';
import { buildkite } from './buildkite.ts';
import { circleci } from './circleci.ts';
import { drone } from './drone.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';
import { jenkins } from './jenkins.ts';
import { teamcity } from './teamcity.ts';
import { travis } from './travis.ts';
import { woodpecker } from './woodpecker.ts';

/** Every CI service that is known by name; the first that recognises the environment wins. */
export const providers: readonly Provider[] = [
  circleci,
  github,
  gitlab,
  travis,
  jenkins,
  teamcity,
  azure,
  buildkite,
  bitbucket,
  woodpecker,
  drone,
];
