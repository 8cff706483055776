/** One row of the process table of a container, as the engine's machine sees it. */
export interface Process {
  /** Process id on the engine's machine. */
  readonly pid: number;
  readonly parentPid: number;
  /** Numeric effective user id. */
  readonly uid: number;
  /** Signal masks, hexadecimal. */
  readonly caught: string;
  readonly ignored: string;
  readonly argv: string;
}

/**
 * The argument of `docker top`. It runs on the engine's machine, so the image needs no `ps`.
 * @see https://man7.org/linux/man-pages/man1/ps.1.html
 */
export const PS_ARGUMENTS = '-eo pid,ppid,uid,caught,ignored,args';

/** Reads the rows of `docker top`; PID 1 of the container first. Rows that cannot be read are left out. */
export function toProcesses(
  rows: readonly Readonly<Record<string, string>>[],
  firstPid: number,
): readonly Process[] {
  const processes = rows.flatMap((row): readonly Process[] => {
    const pid = Number(row['PID']);
    const uid = Number(row['UID']);
    if (!Number.isInteger(pid) || !Number.isInteger(uid)) return [];
    return [
      {
        pid,
        uid,
        parentPid: Number(row['PPID'] ?? 0),
        caught: row['CAUGHT'] ?? '',
        ignored: row['IGNORED'] ?? '',
        argv: row['COMMAND'] ?? row['CMD'] ?? row['ARGS'] ?? '',
      },
    ];
  });
  return [
    ...processes.filter(({ pid }) => pid === firstPid),
    ...processes.filter(({ pid }) => pid !== firstPid),
  ];
}

/** Whether the program of an argument vector is a shell. */
export function isShell(program: string | undefined): boolean {
  const name = program?.split('/').at(-1)?.replace(/^-/u, '');
  return name !== undefined && SHELLS.has(name);
}

const SHELLS: ReadonlySet<string> = new Set(['sh', 'bash', 'ash', 'dash', 'zsh', 'ksh', 'fish']);

/** The table for people. */
export function renderProcesses(processes: readonly Process[]): string {
  return [
    'PID PPID UID CAUGHT IGNORED COMMAND',
    ...processes.map((each) =>
      [each.pid, each.parentPid, each.uid, each.caught, each.ignored, each.argv].join(' '),
    ),
  ].join('\n');
}
