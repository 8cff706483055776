import type { Hardening } from '../../../config/hardening-schema.ts';
import type { Circumstances } from '../circumstances.ts';

/** The same as circumstances in which a container is started. */
export function circumstancesOf(hardening: Hardening): Circumstances {
  const { read_only: isReadOnly, tmpfs, volumes, user, memory } = hardening;
  return {
    ...(isReadOnly ? { isReadOnly } : {}),
    tmpfs,
    volumes,
    ...(user === undefined ? {} : { user }),
    droppedCapabilities: ['ALL'],
    capabilities: hardening.cap_add,
    ...(hardening.no_new_privileges ? { isWithoutNewPrivileges: true } : {}),
    ...(memory === undefined ? {} : { memoryBytes: memory }),
  };
}
