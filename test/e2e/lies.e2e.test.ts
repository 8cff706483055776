import { expect, test } from 'vitest';
import { digestOf } from '../../src/kernel/digest.ts';
import type { Fault } from '../../src/registry/embedded/faults.ts';
import { startFaultyRegistry } from '../../src/registry/testing/faulty-registry.ts';
import { runSeatrial } from './command-line.ts';
import { createSampleProject } from './sample-project.ts';

const yes = { kind: 'status', status: 200, body: 'yes' } as const;

/** What `docker push` or `skopeo copy` take for success. */
const lies: readonly { readonly what: string; readonly fault: Fault; readonly code: string }[] = [
  {
    what: 'says yes to everything',
    fault: { on: 'any', action: yes },
    code: 'NOT_A_REGISTRY',
  },
  {
    what: 'keeps no manifest and names another digest',
    fault: { on: 'manifest.put', action: { kind: 'storeNothing', digest: digestOf('another') } },
    code: 'DIGEST_MISMATCH',
  },
  {
    what: 'names another digest than it keeps',
    fault: {
      on: 'manifest.put',
      action: { kind: 'headers', headers: { 'Docker-Content-Digest': digestOf('another') } },
    },
    code: 'DIGEST_MISMATCH',
  },
  // Half a minute: so long a registry may take to show what it was given.
  {
    what: 'keeps no manifest',
    fault: { on: 'manifest.put', action: { kind: 'storeNothing' } },
    code: 'DIGEST_MISMATCH',
  },
];

test('a deployment to a registry that lies ends with exit code 1 and moves no tag; to an honest one it works', async () => {
  await using project = await createSampleProject();
  const tested = await runSeatrial(['test'], project.place());
  expect(tested.exitCode, tested.stdout + tested.stderr).toBe(0);

  await Promise.all(
    lies.map(async ({ what, fault, code }) => {
      await using registry = await startFaultyRegistry([fault]);
      const place = project.place({ SEATRIAL_REGISTRY: registry.host });

      const deployed = await runSeatrial(['deploy', '--format', 'json'], place);
      registry.faults.set([]);
      const tags = await registry.open({ repository: `${registry.host}/sample/app` }).tags.list();
      const honest = await runSeatrial(['deploy'], place);

      expect(deployed.exitCode, `${what}: ${deployed.stdout}${deployed.stderr}`).toBe(1);
      expect(deployed.stdout, what).toContain(`"${code}"`);
      expect(tags, what).not.toContain('latest');
      expect(tags, what).not.toContain('7');
      expect(honest.exitCode, `${what}: ${honest.stdout}${honest.stderr}`).toBe(0);
    }),
  );
});
