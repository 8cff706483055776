import { lastLines, renderList, renderSeconds, renderSize } from './render.ts';
import { argvOf, exposedTcpPortsOf, type Subject } from './subject.ts';
import { renderPlatform } from '../../kernel/platform.ts';
import { renderSockets, sightPort, type ListeningSocket } from './sockets-seen.ts';
import { signalOfExitCode, type Signal } from './signals.ts';
import type { StartOutcome } from './start-outcome.ts';

/** What to tell a person about a start that went wrong. */
export interface StartAdvice {
  /** What happened, with cause if it is known. */
  readonly message: string;
  /** One imperative sentence. */
  readonly fix: string;
}

const HEALTH_FIX =
  'Make the health check pass: run its command by hand in the container (`docker exec`), and correct it or the program.';

type Exited = Extract<StartOutcome, { state: 'exited' }>;

/** Explains an outcome that is not `ready`. `sockets` are those of a container that is up and not ready. */
export function adviseOnStart(
  outcome: StartOutcome,
  subject: Subject,
  sockets: readonly ListeningSocket[] = [],
): StartAdvice {
  if (outcome.state === 'refused') return adviseOnRefusal(outcome.because, subject);
  if (outcome.state === 'exited') return adviseOnExit(outcome, subject);
  if (outcome.state === 'ready') return { message: 'It is ready.', fix: 'Change nothing.' };
  const { seen, fix } = adviseOnSilence(subject, sockets);
  const seconds = renderSeconds(outcome.durationMs);
  const message = `Not ready after ${seconds}: ${outcome.because}; ${seen}.`;
  return { message, fix: outcome.log.startsWith('health check: ') ? HEALTH_FIX : fix };
}

/** The last lines of the log, or the engine's words: what a person reads first. */
export function renderStartEvidence(outcome: StartOutcome): string | undefined {
  if (outcome.state === 'ready') return undefined;
  if (outcome.state === 'refused') return outcome.because;
  return outcome.log.trim() === '' ? 'The log is empty.' : lastLines(outcome.log, 12);
}

function adviseOnExit(outcome: Exited, subject: Subject): StartAdvice {
  const seconds = renderSeconds(outcome.durationMs);
  const ended = `Ended with exit code ${outcome.exitCode} after ${seconds}`;
  const argv = argvOf(subject.image).join(' ');
  const signal = signalOfExitCode(outcome.exitCode);
  if (outcome.isOomKilled) return adviseOnMemory(`${ended}: it was killed because`, subject);
  if (signal !== undefined) return adviseOnCrash(ended, signal, subject);
  if (outcome.exitCode === 127) {
    return {
      message: `${ended}: a command that it calls is not in the image.`,
      fix: `Install the command that the log names, or correct its path (started as \`${argv}\`).`,
    };
  }
  if (outcome.exitCode === 126) {
    return {
      message: `${ended}: a file that it calls may not be executed.`,
      fix: 'Make the file that the log names executable: `COPY --chmod=755`, or `chmod +x` before the copy.',
    };
  }
  if (outcome.exitCode === 0) {
    return {
      message: `${ended} before it was ready: a service has to stay in the foreground.`,
      fix: `Start the program in the foreground, without \`&\` or daemon mode (started as \`${argv}\`); for a tool that ends, set \`ready: {exit: 0}\`.`,
    };
  }
  return {
    message: `${ended} before it was ready.`,
    fix: `Correct what the log says (started as \`${argv}\`${environmentNames(subject)}).`,
  };
}

function adviseOnMemory(because: string, { image }: Subject): StartAdvice {
  const { memory } = image.profile.run;
  const limit =
    memory === undefined
      ? "the engine's machine has none left"
      : `its limit is ${renderSize(memory)}`;
  return {
    message: `${because} it used too much memory; ${limit}.`,
    fix: 'Raise `run.memory`, or make the program use less.',
  };
}

function adviseOnCrash(ended: string, signal: Signal, subject: Subject): StartAdvice {
  const message = `${ended}: it was ended by ${signal.name}.`;
  const platform = renderPlatform(subject.image.record.platform);
  if (signal.name === 'SIGKILL' && subject.image.profile.run.memory !== undefined) {
    // Engines notice that memory ran out later than the end, or not at all.
    return adviseOnMemory(`${ended}: it was killed, most likely because`, subject);
  }
  if (signal.name === 'SIGKILL' || signal.name === 'SIGTERM') {
    return { message, fix: 'Find what sent the signal: a supervisor in the image, or the engine.' };
  }
  return {
    message: `${message.slice(0, -1)}, which is a crash of the program.`,
    fix: `Run the program on ${platform} outside the image, and check that it and its libraries are built for that platform.`,
  };
}

interface Refusal {
  readonly pattern: RegExp;
  readonly explain: (program: string, subject: Subject) => StartAdvice;
}

/** The engine has only text for these; the first that matches is taken. */
const refusals: readonly Refusal[] = [
  {
    pattern: /exec format error/iu,
    explain: (program, { image }) => ({
      message: `\`${program}\` cannot be executed: it is built for another processor than ${renderPlatform(image.record.platform)}, or it is a script without a \`#!\` line.`,
      fix: 'Build it for the platform of the image, or begin the script with `#!` and a shell that is in the image.',
    }),
  },
  {
    pattern: /unable to find user|no matching entries in passwd|unable to find group/iu,
    explain: (_, { image }) => ({
      message: `The user \`${image.profile.run.user ?? image.record.config.user}\` is not in the image.`,
      fix: 'Create it in the Dockerfile (`adduser`), or use a number: `USER 10001`.',
    }),
  },
  {
    pattern: /executable file not found/iu,
    explain: (program) => ({
      message: `\`${program}\` is not in any folder of PATH in the image.`,
      fix: `Install \`${program}\`, or give its full path in ENTRYPOINT or CMD.`,
    }),
  },
  {
    // Not every denial: the runtime may be denied something that has nothing to do with the program.
    pattern: /exec(?:utable)?\b[^\n]*permission denied/iu,
    explain: (program) => ({
      message: `\`${program}\` may not be executed.`,
      fix: `Make it executable: \`COPY --chmod=755\`, or \`chmod +x ${program}\` before the copy.`,
    }),
  },
  {
    pattern: /no such file or directory|not a directory/iu,
    explain: (program) => ({
      message: `\`${program}\` cannot be started: it, or the interpreter that it needs, is not in the image.`,
      fix: 'Copy the file to that path; if it is there, its `#!` shell or dynamic loader is missing (or its lines end in CRLF): add that, or link the program statically.',
    }),
  },
];

/** Whether the engine's words tell of the image, and not of the engine. */
export function isRefusalOfImage(text: string): boolean {
  return refusals.some(({ pattern }) => pattern.test(text));
}

function adviseOnRefusal(because: string, subject: Subject): StartAdvice {
  const program = argvOf(subject.image)[0] ?? '';
  const known = refusals.find(({ pattern }) => pattern.test(because));
  return (
    known?.explain(program, subject) ?? {
      message: `The engine could not start it: ${because}.`,
      fix: `Correct ENTRYPOINT, CMD, USER or WORKDIR (started as \`${argvOf(subject.image).join(' ')}\`).`,
    }
  );
}

/** For a container that runs and is not ready: what it does instead. */
function adviseOnSilence(
  subject: Subject,
  sockets: readonly ListeningSocket[],
): { readonly seen: string; readonly fix: string } {
  const { ready } = subject.image.profile;
  const wanted = ready?.port === undefined ? exposedTcpPortsOf(subject) : [ready.port];
  const onLoopback = wanted.filter((port) => sightPort(sockets, port) === 'loopback');
  const seen = renderSockets(sockets);
  if (onLoopback.length > 0) {
    return {
      seen: `${seen}, which only the container itself can reach`,
      fix: loopbackFix(onLoopback),
    };
  }
  const others = sockets.filter(({ port, isLoopback }) => !isLoopback && !wanted.includes(port));
  if (wanted.length > 0 && others.length > 0) {
    return {
      seen,
      fix: `Make it listen on ${renderList(wanted)}, or correct \`EXPOSE\` and \`ready\` to ${renderList(portsOf(others))}.`,
    };
  }
  return {
    seen,
    fix: 'Find in its log what it waits for; if it only needs longer, raise `ready.timeout`.',
  };
}

/** The advice for a server that listens for itself alone. */
export function loopbackFix(ports: readonly number[]): string {
  return `Make the server listen on 0.0.0.0 (or [::]) instead of 127.0.0.1 for port ${renderList(ports)}.`;
}

function portsOf(sockets: readonly ListeningSocket[]): readonly number[] {
  return [...new Set(sockets.map(({ port }) => port))].sort((a, b) => a - b);
}

function environmentNames({ image }: Subject): string {
  const names = Object.keys(image.profile.run.env);
  return names.length === 0 ? '' : ` with ${renderList(names)} set`;
}
