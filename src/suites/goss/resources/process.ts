import { lookInService } from '../need-service.ts';
import type { ResourceKind } from '../resource-kind.ts';

/** The kernel keeps no more of a name. @see https://man7.org/linux/man-pages/man5/proc_pid_comm.5.html */
const MOST_NAME_BYTES = 15;

export const process: ResourceKind = {
  type: 'process',
  nameKey: 'comm',
  properties: { running: { isRequired: true } },
  settings: {},
  isGated: false,
  refuses: (name) =>
    name !== '' && Buffer.byteLength(name) <= MOST_NAME_BYTES
      ? undefined
      : {
          message: `No process is named \`${name}\`: the kernel keeps no more than 15 characters.`,
          suggestion:
            name === '' ? 'Write the name.' : `Write \`${name.slice(0, MOST_NAME_BYTES)}\`.`,
        },
  needs: () => 'service',
  look: async ({ name }, scene) =>
    await lookInService(scene, async (service) => {
      const names = await service.processes();
      return () => ({ value: names.includes(name), fix: adviceOn(names) });
    }),
  byHand: (_, ref) =>
    `id=$(docker run -d ${ref}); docker top "$id" -eo pid,comm; docker rm -f -v "$id"`,
};

function adviceOn(names: readonly string[]): string {
  const running = [...new Set(names)].slice(0, 10).join(', ');
  return `Compare with what runs: ${running === '' ? 'nothing' : running}.`;
}
