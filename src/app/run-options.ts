import type { Environment } from '../host/environment.ts';
import { runSchema, type ConfigInput, type RunSettings } from '../config/schema.ts';
import { CommandError } from './errors.ts';

type RunInput = NonNullable<ConfigInput['images'][string]['run']>;
type Option = (run: RunInput, value: string) => RunInput;

/** What `docker run` takes and a recording has no use for: its container is its own, and goes with it. */
const SWITCHES = new Set(['-d', '--detach', '-i', '--interactive', '-t', '--tty', '-it', '--rm']);
const PASSED_OVER = new Set(['--name', '-p', '--publish', '--network', '--pull']);

const HINT =
  'It takes -e NAME=value, -v /path, --tmpfs /path, -u USER, --entrypoint PROGRAM, -m SIZE, --cpus N and --stop-timeout SECONDS, then the command.';

/**
 * How a container is run, from words as `docker run` takes them after the image: options, then the command.
 * @param env where `-e NAME` takes its value from
 * @throws {CommandError} OPTION_INVALID
 */
export function parseRunOptions(words: readonly string[], env: Environment): RunSettings {
  const options = optionsOf(env);
  const rest = [...words];
  let run: RunInput = {};
  while (rest[0]?.startsWith('-') === true) {
    const word = rest.shift() ?? '';
    if (word === '--') break;
    if (!SWITCHES.has(word)) run = takeOption(run, { word, rest, options });
  }
  const command = rest.length === 0 ? {} : { command: rest };
  const parsed = runSchema.safeParse({ ...run, ...command });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(`${issue?.path.join('.') ?? 'an option'} ${issue?.message ?? 'is invalid'}`);
}

/** Its value may be the first word of the rest, which is taken from there then. */
function takeOption(
  run: RunInput,
  from: {
    readonly word: string;
    readonly rest: string[];
    readonly options: Readonly<Record<string, Option>>;
  },
): RunInput {
  const { name, value = from.rest.shift() } = splitWord(from.word);
  if (value === undefined) throw invalid(`${name} needs a value`);
  if (PASSED_OVER.has(name)) return run;
  const take = from.options[name];
  if (take === undefined) throw invalid(`${name} is no option of a recording`);
  return take(run, value);
}

/** `--user=1000`, `-u1000` is none of them. */
function splitWord(word: string): { readonly name: string; readonly value?: string | undefined } {
  const at = word.startsWith('--') ? word.indexOf('=') : -1;
  return at === -1 ? { name: word } : { name: word.slice(0, at), value: word.slice(at + 1) };
}

const volume: Option = (run, text) => ({ ...run, mounts: [...(run.mounts ?? []), mountOf(text)] });
const user: Option = (run, value) => ({ ...run, user: value });
const memory: Option = (run, value) => ({ ...run, memory: value });

function optionsOf(env: Environment): Readonly<Record<string, Option>> {
  const variable: Option = (run, text) => {
    const [name = '', ...value] = text.split('=');
    const given = value.length === 0 ? env[name] : value.join('=');
    return given === undefined ? run : { ...run, env: { ...run.env, [name]: given } };
  };
  return {
    '-e': variable,
    '--env': variable,
    '-v': volume,
    '--volume': volume,
    '--tmpfs': (run, value) => ({
      ...run,
      mounts: [...(run.mounts ?? []), { tmpfs: value.split(':')[0] ?? value }],
    }),
    '-u': user,
    '--user': user,
    '--entrypoint': (run, value) => ({ ...run, entrypoint: [value] }),
    '-m': memory,
    '--memory': memory,
    '--cpus': (run, value) => ({ ...run, cpus: Number(value) }),
    '--stop-timeout': (run, value) => ({ ...run, stop_timeout: `${value}s` }),
  };
}

/** `/data` and `name:/data` are fresh volumes here; `./file:/target` is one of the project. */
function mountOf(text: string): NonNullable<RunInput['mounts']>[number] {
  const [source = '', target, mode] = text.split(':');
  if (target === undefined) return source;
  if (source.startsWith('./')) return { bind: source, target, read_only: mode === 'ro' };
  if (source.startsWith('/') || source.startsWith('.'))
    throw invalid(`-v ${text} mounts what is outside of the project`);
  return target;
}

function invalid(what: string): CommandError {
  return new CommandError('OPTION_INVALID', what, { hint: HINT });
}
