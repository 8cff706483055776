import type { Verdict } from '../../kernel/verdict.ts';

/** An image that is built twice more, and what `reproducible` must say of it. */
export interface RebuiltImage {
  /** What is special in it. */
  readonly is: string;
  /** Stage of `REBUILT_DOCKERFILE`; its name in the configuration ends with it. */
  readonly target: string;
  readonly verdict: Verdict;
  readonly says: readonly string[];
}

/** The stages have one base, so that only their last step is built for each. */
export const REBUILT_DOCKERFILE = `FROM scratch AS base
COPY busybox /bin/busybox
FROM base AS sound
RUN ["/bin/busybox", "sh", "-c", "echo always > /built"]
FROM base AS faulty
ARG SOURCE_DATE_EPOCH
RUN ["/bin/busybox", "sh", "-c", "/bin/busybox mkdir -p /var/log; echo $SOURCE_DATE_EPOCH > /when; /bin/busybox cat /proc/sys/kernel/random/uuid > /made; /bin/busybox cat /proc/uptime > /var/log/made"]
`;

export const rebuiltImages: readonly RebuiltImage[] = [
  {
    is: 'a build that makes the same each time',
    target: 'sound',
    verdict: 'pass',
    says: ['hold the same files and settings'],
  },
  {
    is: 'a build that puts a random number and the time into files',
    target: 'faulty',
    verdict: 'fail',
    says: ['contents of their own (1)', 'logs (1)', 'changed /made (content)', 'rm -rf /var/log/*'],
  },
];
