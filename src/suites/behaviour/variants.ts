import type { Circumstances } from './circumstances.ts';
import { circumstancesOf } from './hardening/circumstances-of.ts';
import type { Subject } from './subject.ts';
import type { Shelters } from './written-folders.ts';

/** What tells how a container of the image is to be started differently. */
export interface VariantSource {
  readonly subject: Subject;
  readonly first: {
    /** Where the first container wrote. */
    shelters(): Promise<Shelters>;
  };
}

/** One that is in no image's user table, and belongs to group 0: as OpenShift starts everything. */
const ARBITRARY_USER = '1000730001:0';
const SMALL_MEMORY_BYTES = 256 * 1024 ** 2;
const SMALL_CPUS = 0.5;

/** Circumstances in which one more container is started, each to see whether it comes up all the same. */
export const variants = {
  'read-only': async ({ first }) => {
    const { tmpfs, volumes } = await first.shelters();
    return { isReadOnly: true, tmpfs: [...new Set(['/tmp', '/run', ...tmpfs])], volumes };
  },
  'arbitrary-user': () => Promise.resolve({ user: ARBITRARY_USER }),
  /** @see https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted */
  restricted: () =>
    Promise.resolve({
      droppedCapabilities: ['ALL'],
      capabilities: ['NET_BIND_SERVICE'],
      isWithoutNewPrivileges: true,
    }),
  offline: () => Promise.resolve({ network: 'none' }),
  'small-box': ({ subject }) => {
    const { memory, cpus } = subject.image.profile.run;
    return Promise.resolve({
      memoryBytes: memory ?? SMALL_MEMORY_BYTES,
      cpus: cpus ?? SMALL_CPUS,
    });
  },
  terminal: () => Promise.resolve({ tty: true, openStdin: true }),
  /** As `seatrial.lock` says. */
  hardened: ({ subject }) => {
    const { hardening } = subject.image.profile;
    return Promise.resolve(hardening === undefined ? {} : circumstancesOf(hardening));
  },
} as const satisfies Record<string, (source: VariantSource) => Promise<Circumstances>>;

export type VariantId = keyof typeof variants;
