import { HTTPD, plain, serviceScript, type TrialImage } from './trial-image.ts';

const ASK = 'wget -q -O /dev/null http://127.0.0.1:8080/';

/** Servers with a health check, of which some are of no use. */
export const healthChecks: readonly TrialImage[] = [
  {
    is: 'a server whose health check asks it',
    image: plain(serviceScript(HTTPD), {
      healthcheck: { test: ['CMD-SHELL', ASK], timeoutMs: 1000 },
      env: { API_TOKEN: '' },
    }),
    settings: { only: ['healthcheck-works', 'secret-hygiene', 'zombies'] },
    imageClass: 'service',
    verdicts: { 'healthcheck-works': 'pass', 'secret-hygiene': 'pass', zombies: 'pass' },
    says: { 'healthcheck-works': ['unhealthy', 'healthy again'] },
  },
  {
    is: 'a program whose health check asks nobody',
    image: { command: ['sleep', '1000'], healthcheck: { test: ['CMD', 'true'] } },
    settings: { only: ['healthcheck-works', 'zombies'] },
    imageClass: 'service',
    verdicts: { 'healthcheck-works': 'warn', zombies: 'warn' },
    says: {
      'healthcheck-works': ['Checks nothing', 'frozen'],
      zombies: ['(`sleep`) does not reap', 'tini'],
    },
  },
  {
    is: 'a server whose health check calls what is not there',
    image: plain(serviceScript(HTTPD), { healthcheck: { test: ['CMD', 'curl', '-f', 'x'] } }),
    profile: { ready: { port: 8080 } },
    settings: { only: ['healthcheck-works'] },
    imageClass: 'service',
    verdicts: { 'healthcheck-works': 'fail' },
    says: { 'healthcheck-works': ['`curl -f x`', 'not in the image'] },
  },
];
