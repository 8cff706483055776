/**
 * Signals by number as Linux has them, whatever this process runs on.
 * @see https://man7.org/linux/man-pages/man7/signal.7.html
 */
const NUMBERS: Readonly<Record<string, number>> = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ILL: 4,
  TRAP: 5,
  ABRT: 6,
  BUS: 7,
  FPE: 8,
  KILL: 9,
  USR1: 10,
  SEGV: 11,
  USR2: 12,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
  STKFLT: 16,
  CHLD: 17,
  CONT: 18,
  STOP: 19,
  TSTP: 20,
  TTIN: 21,
  TTOU: 22,
  URG: 23,
  XCPU: 24,
  XFSZ: 25,
  VTALRM: 26,
  PROF: 27,
  WINCH: 28,
  IO: 29,
  PWR: 30,
  SYS: 31,
};

const FIRST_REAL_TIME = 34;

export interface Signal {
  /** `SIGTERM`; `signal 40` when it has no name here. */
  readonly name: string;
  readonly number: number;
}

export const SIGTERM: Signal = Object.freeze({ name: 'SIGTERM', number: 15 });

/** Reads STOPSIGNAL: `SIGTERM`, `term`, `15`, `SIGRTMIN+3`. Absent when it is none of these. */
export function parseSignal(text: string): Signal | undefined {
  const word = text.trim().toUpperCase().replace(/^SIG/u, '');
  const number = NUMBERS[word];
  if (number !== undefined) return { name: `SIG${word}`, number };
  const realTime = /^RTMIN(?:\+(\d+))?$/u.exec(word);
  if (realTime) return { name: `SIG${word}`, number: FIRST_REAL_TIME + Number(realTime[1] ?? 0) };
  if (!/^\d{1,2}$/u.test(word) || Number(word) === 0) return undefined;
  return toSignal(Number(word));
}

export function toSignal(number: number): Signal {
  const known = Object.entries(NUMBERS).find(([, each]) => each === number);
  return { name: known === undefined ? `signal ${number}` : `SIG${known[0]}`, number };
}

/** The signal that an exit code stands for (`139` is SIGSEGV); absent when it stands for none. */
export function signalOfExitCode(exitCode: number): Signal | undefined {
  return exitCode > 128 && exitCode < 160 ? toSignal(exitCode - 128) : undefined;
}

/**
 * Whether a signal is in a mask as `ps -o caught,ignored` and `/proc/<pid>/status` print it. Absent when the
 * text is no mask.
 * @see https://man7.org/linux/man-pages/man5/proc_pid_status.5.html
 */
export function isInMask(mask: string, signal: Signal): boolean | undefined {
  const hex = mask.trim();
  if (!/^<?[0-9a-f]{8,}$/iu.test(hex)) return undefined;
  // `ps` shortens masks that do not fit its column and marks the cut with `<`; the low bits are kept.
  return ((BigInt(`0x${hex.replace('<', '')}`) >> BigInt(signal.number - 1)) & 1n) === 1n;
}
