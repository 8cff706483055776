import { quote } from '../shell-quote.ts';
import type { Mount, RunSettings } from '../../config/schema.ts';
import { argvOf, volumesOf, type Subject } from './subject.ts';

/** Name of the container in commands for people. */
const NAME = 'by-hand';

export interface RunCommandOptions {
  /** Put behind `docker run`. @default ['-d'] */
  readonly flags?: readonly string[] | undefined;
  /** @default `by-hand` */
  readonly name?: string | undefined;
  /** Replaces the image's CMD. @default as the profile says */
  readonly command?: readonly string[] | undefined;
  /** Variables with values that everybody may read, in the place of those of the profile. @default none */
  readonly env?: Readonly<Record<string, string>> | undefined;
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
    // Of several the last one counts.
    ...Object.entries(options.env ?? {}).map(([name, value]) => `-e ${quote(`${name}=${value}`)}`),
    ...Object.entries(named).map(([path, volume]) => `-v ${quote(`${volume}:${path}`)}`),
    ...run.mounts.flatMap((mount) => mountFlag(mount, named, projectFolder)),
    ...limitFlags(run),
    ...(program === undefined ? [] : [`--entrypoint ${quote(program)}`]),
    quote(image.ref),
    ...[...entrypointArguments, ...(options.command ?? run.command ?? [])].map(quote),
  ].join(' ');
}

/** A named volume for each volume path, for `dockerRun`: they outlive the container. */
export function volumesByHand(subject: Subject): Readonly<Record<string, string>> {
  return Object.fromEntries(
    volumesOf(subject).map((path, index) => [path, `${NAME}-${String(index)}`]),
  );
}

/** The command that removes what `dockerRun` left. */
export function dockerRemove(name = NAME): string {
  return `docker rm -fv ${name}`;
}

/** Looks into a container that is made and never started; `commands` know it by the name `by-hand`. */
export function dockerLook({ image }: Subject, ...commands: readonly string[]): string {
  // An image without a command needs some word in its place.
  return inOrder(`docker create --name ${NAME} ${quote(image.ref)} x`, ...commands, dockerRemove());
}

/** Prints a file of that container. */
export function printFile(path: string): string {
  return `docker cp -L ${quote(`${NAME}:${path}`)} - | tar -xO`;
}

/** Lists what that container starts, and what kind of program it is. */
export function showEntry({ image }: Subject): string {
  const [name = '/'] = argvOf(image);
  // Where a name without a path leads, PATH decides.
  if (!name.startsWith('/')) return `${listFiles} | grep -w -e ${quote(name)}`;
  const copy = `docker cp -L ${quote(`${NAME}:${name}`)} -`;
  return inOrder(`${copy} | tar -tv`, `${copy} | tar -xO | file -`);
}

/** Lists all files of that container, with owners and permissions. */
export const listFiles = `docker export ${NAME} | tar -tv`;

/** Shows a part of the image's configuration: `Config.User`. */
export function dockerInspect({ image }: Subject, part: string): string {
  return `docker inspect -f '{{json .${part}}}' ${quote(image.ref)}`;
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
