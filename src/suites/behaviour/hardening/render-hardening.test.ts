import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { hardeningSchema } from '../../../config/hardening-schema.ts';
import { asCompose, asDockerFlags, asKubernetes } from './render-hardening.ts';

const MIB = 1024 ** 2;

const most = hardeningSchema.parse({
  read_only: true,
  tmpfs: ['/run/app'],
  volumes: ['/var/cache/nginx'],
  user: '10001:10001',
  cap_add: ['CHOWN'],
  no_new_privileges: true,
  memory: 64 * MIB,
});
const least = hardeningSchema.parse({});

describe('what an image needs', () => {
  it('is told as options of docker', () => {
    expect(asDockerFlags(most)).toBe(
      '--read-only --tmpfs /run/app -v /var/cache/nginx --user 10001:10001 --cap-drop ALL --cap-add CHOWN --security-opt no-new-privileges --memory 64m',
    );
    expect(asDockerFlags(least)).toBe('--cap-drop ALL');
  });

  it('is told as keys of a Compose service', () => {
    expect(parse(asCompose(most))).toEqual({
      user: '10001:10001',
      read_only: true,
      cap_drop: ['ALL'],
      cap_add: ['CHOWN'],
      security_opt: ['no-new-privileges:true'],
      tmpfs: ['/run/app'],
      volumes: ['/var/cache/nginx'],
      mem_limit: '64m',
    });
    expect(parse(asCompose(least))).toEqual({ cap_drop: ['ALL'] });
  });

  it('is told as a securityContext, with volumes for the pod', () => {
    expect(parse(asKubernetes(most))).toEqual({
      securityContext: {
        readOnlyRootFilesystem: true,
        allowPrivilegeEscalation: false,
        runAsNonRoot: true,
        runAsUser: 10_001,
        runAsGroup: 10_001,
        capabilities: { drop: ['ALL'], add: ['CHOWN'] },
        seccompProfile: { type: 'RuntimeDefault' },
      },
      resources: { limits: { memory: '64Mi' } },
      volumeMounts: [
        { name: 'run-app', mountPath: '/run/app' },
        { name: 'var-cache-nginx', mountPath: '/var/cache/nginx' },
      ],
      volumes: [
        { name: 'run-app', emptyDir: { medium: 'Memory' } },
        { name: 'var-cache-nginx', emptyDir: {} },
      ],
    });
    expect(parse(asKubernetes(least))).toMatchObject({
      securityContext: { readOnlyRootFilesystem: false, allowPrivilegeEscalation: true },
    });
  });
});
