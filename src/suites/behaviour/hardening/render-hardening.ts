import { stringify } from 'yaml';
import type { Hardening } from '../../../config/hardening-schema.ts';
import { dockerFlags } from '../circumstances.ts';
import { circumstancesOf } from './circumstances-of.ts';

const MIB = 1024 ** 2;

/** Options of `docker run`, in one line. */
export function asDockerFlags(hardening: Hardening): string {
  const { memory, ...rest } = hardening;
  const limit = memory === undefined ? [] : [`--memory ${String(memory / MIB)}m`];
  return [...dockerFlags(circumstancesOf(rest)), ...limit].join(' ');
}

/** Keys of a service of a Compose file. */
export function asCompose(hardening: Hardening): string {
  const { read_only, tmpfs, volumes, user, cap_add: capAdd, memory } = hardening;
  return stringify({
    ...(user === undefined ? {} : { user }),
    ...(read_only ? { read_only } : {}),
    cap_drop: ['ALL'],
    ...(capAdd.length === 0 ? {} : { cap_add: capAdd }),
    ...(hardening.no_new_privileges ? { security_opt: ['no-new-privileges:true'] } : {}),
    ...(tmpfs.length === 0 ? {} : { tmpfs }),
    ...(volumes.length === 0 ? {} : { volumes }),
    ...(memory === undefined ? {} : { mem_limit: `${String(memory / MIB)}m` }),
  });
}

/** What belongs into the container of a Kubernetes pod, and the volumes of the pod. */
export function asKubernetes(hardening: Hardening): string {
  const { user, tmpfs, volumes, cap_add: capAdd, memory } = hardening;
  const [uid, gid] = (user ?? '').split(':').map(Number);
  const places = [...tmpfs, ...volumes];
  return stringify({
    securityContext: {
      readOnlyRootFilesystem: hardening.read_only,
      allowPrivilegeEscalation: !hardening.no_new_privileges,
      ...(Number.isInteger(uid) && uid !== 0 ? { runAsNonRoot: true, runAsUser: uid } : {}),
      ...(Number.isInteger(gid) ? { runAsGroup: gid } : {}),
      capabilities: { drop: ['ALL'], ...(capAdd.length === 0 ? {} : { add: capAdd }) },
      seccompProfile: { type: 'RuntimeDefault' },
    },
    ...(memory === undefined
      ? {}
      : { resources: { limits: { memory: `${String(memory / MIB)}Mi` } } }),
    ...(places.length === 0
      ? {}
      : {
          volumeMounts: places.map((mountPath) => ({ name: nameOf(mountPath), mountPath })),
          // An empty folder hides what the image has there: an init container has to copy it.
          volumes: places.map((path) => ({
            name: nameOf(path),
            emptyDir: tmpfs.includes(path) ? { medium: 'Memory' } : {},
          })),
        }),
  });
}

function nameOf(path: string): string {
  return path
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/gu, '-')
    .replaceAll(/^-|-$/gu, '');
}
