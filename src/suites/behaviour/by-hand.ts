import { quote } from '../shell-quote.ts';
import type { Mount, RunSettings } from '../../config/schema.ts';
import type { Subject } from './subject.ts';

/** Name of the container in commands for people. */
const NAME = 'by-hand';

export interface RunCommandOptions {
  /** Put behind `docker run`. @default ['-d'] */
  readonly flags?: readonly string[] | undefined;
  /** @default `by-hand` */
  readonly name?: string | undefined;
  /** Container path to the volume that it gets; other volumes are anonymous. */
  readonly volumes?: Readonly<Record<string, string>> | undefined;
}

/** `docker run` of the image as its profile says. */
export function dockerRun(
  { image, projectFolder }: Subject,
  options: RunCommandOptions = {},
): string {
  const { run } = image.profile;
  const named = options.volumes ?? {};
  const [program, ...entrypointArguments] = run.entrypoint ?? [];
  return [
    'docker run',
    ...(options.flags ?? ['-d']),
    `--name ${options.name ?? NAME}`,
    ...Object.entries(run.env).map(([name, value]) => `-e ${environmentOf(name, value)}`),
    ...Object.entries(named).map(([path, volume]) => `-v ${quote(`${volume}:${path}`)}`),
    ...run.mounts.flatMap((mount) => mountFlag(mount, named, projectFolder)),
    ...limitFlags(run),
    ...(program === undefined ? [] : [`--entrypoint ${quote(program)}`]),
    quote(image.ref),
    ...[...entrypointArguments, ...(run.command ?? [])].map(quote),
  ].join(' ');
}

/** The command that removes what `dockerRun` left. */
export function dockerRemove(name = NAME): string {
  return `docker rm -fv ${name}`;
}

/** Commands in the order in which they are typed; empty ones are none. */
export function inOrder(...commands: readonly string[]): string {
  return commands.filter((command) => command !== '').join('; ');
}

/** Time to come up, for a person who pastes all at once. */
export const comeUp = 'sleep 5';

/** A value whose name says that it is secret is left to the reader's shell: commands end up in reports. */
function environmentOf(name: string, value: string): string {
  return isSecretName(name) ? `${name}="$${name}"` : quote(`${name}=${value}`);
}

function isSecretName(name: string): boolean {
  return /PASS|SECRET|TOKEN|CREDENTIAL|PRIVATE|API_?KEY|ACCESS_?KEY/iu.test(name);
}

function mountFlag(
  mount: Mount,
  named: Readonly<Record<string, string>>,
  projectFolder: string,
): readonly string[] {
  if (typeof mount === 'string') return mount in named ? [] : [`-v ${quote(mount)}`];
  if ('tmpfs' in mount) return [`--tmpfs ${quote(mount.tmpfs)}`];
  const source = mount.bind.startsWith('/') ? mount.bind : `${projectFolder}/${mount.bind}`;
  return [`-v ${quote(`${source}:${mount.target}${mount.read_only ? ':ro' : ''}`)}`];
}

function limitFlags(run: RunSettings): readonly string[] {
  return [
    ...(run.user === undefined ? [] : [`-u ${quote(run.user)}`]),
    ...(run.memory === undefined ? [] : [`-m ${run.memory}`]),
    ...(run.cpus === undefined ? [] : [`--cpus ${run.cpus}`]),
  ];
}
