import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { listByHand, showByHand } from '../../files-by-hand.ts';
import type { GatheredFiles } from '../../gather-files.ts';
import { isCharacterDevice, octalOfMode, type FileKind } from '../../go-file-mode.ts';
import { GROUP_FILE, PASSWD_FILE, parseAccounts, parseUsers } from '../accounts.ts';
import type { Fact, Look, Resource, ResourceKind } from '../resource-kind.ts';

const CONTENTS = ['contains', 'contents', 'md5', 'sha256', 'sha512'];
const OWNERS = ['owner', 'uid', 'group', 'gid', 'linked-to'];

/** A file, folder, link or socket. A link at the end of the path is only followed for what is in the file. */
export const file: ResourceKind = {
  type: 'file',
  nameKey: 'path',
  properties: {
    exists: { isRequired: true },
    mode: {},
    owner: {},
    uid: {},
    group: {},
    gid: {},
    'linked-to': {},
    filetype: {},
    contains: { isText: true },
    contents: { isText: true },
    size: {},
    md5: {},
    sha256: {},
    sha512: {},
  },
  settings: {},
  isGated: true,
  refuses: (name) =>
    name.startsWith('/')
      ? undefined
      : {
          message: `\`${name}\` is no path from the top; to goss it would depend on where it runs, and as whom.`,
          suggestion: `Write it from \`/\` on: \`/${name.replace(/^(?:~|\.{0,2})\//u, '')}\`.`,
        },
  needs: () => 'files',
  wishes: (resource) => {
    const path = pathOf(resource);
    return {
      paths: [path],
      owners: asksFor(resource, OWNERS) ? [path] : [],
      contents: [
        ...(asksFor(resource, CONTENTS) ? [path] : []),
        ...(asksFor(resource, ['owner']) ? [PASSWD_FILE] : []),
        ...(asksFor(resource, ['group']) ? [GROUP_FILE] : []),
      ],
    };
  },
  look: async (resource, { files, world }) => {
    const path = pathOf(resource);
    const unseen = world.unseen.find((folder) => `${path}/`.startsWith(`${folder}/`));
    return unseen === undefined ? lookAt(path, files) : () => unseenIn(unseen);
  },
  byHand: (resource, ref) =>
    asksFor(resource, CONTENTS)
      ? showByHand(ref, pathOf(resource))
      : listByHand(ref, pathOf(resource)),
};

function pathOf({ name }: Resource): string {
  return posix.normalize(name).replace(/(?<=.)\/$/u, '');
}

function asksFor({ asked }: Resource, properties: readonly string[]): boolean {
  return asked.some(({ property }) => properties.includes(property));
}

const FILE_TYPES: Readonly<Record<FileKind, string>> = {
  file: 'file',
  folder: 'directory',
  link: 'symlink',
  device: 'block-device',
  pipe: 'pipe',
  socket: 'socket',
};

const fixes = {
  path: 'Let the image have it, or correct the path.',
  mode: 'Set the mode where the file comes from, as with `COPY --chmod`, or correct the test.',
  owner: 'Set the owner where the file comes from, as with `COPY --chown`, or correct the test.',
} as const;

function unseenIn(folder: string): Fact {
  return {
    problem: `cannot be told: ${folder} is in memory, and there only while the container runs`,
    fix: 'Ask for it with a `command` inside of the container.',
  };
}

function lookAt(path: string, files: GatheredFiles): Look {
  const found = files.found(path);
  if (found.state === 'unclear') {
    return () => ({ problem: `cannot be told: ${found.reason}`, fix: fixes.path });
  }
  if (found.state === 'absent') {
    return (property) =>
      property === 'exists'
        ? { value: false, fix: fixes.path }
        : { problem: 'cannot be told: it does not exist', fix: fixes.path };
  }
  const { stat, kind } = found;
  const entry = files.entry(path);
  const looks: Readonly<Record<string, () => Fact>> = {
    exists: () => ({ value: true, fix: 'Remove it from the image, or correct the test.' }),
    mode: () => ({ value: octalOfMode(stat.mode), fix: fixes.mode }),
    size: () => ({ value: stat.sizeBytes }),
    filetype: () => ({
      value: isCharacterDevice(stat.mode) ? 'character-device' : FILE_TYPES[kind],
    }),
    'linked-to': () =>
      entry?.linkName === undefined
        ? { problem: 'cannot be told: it is no link', fix: fixes.path }
        : { value: entry.linkName },
    uid: () => ({ value: entry?.uid, fix: fixes.owner }),
    gid: () => ({ value: entry?.gid, fix: fixes.owner }),
    owner: () => nameOf(entry?.uid, parseUsers(textAt(files, PASSWD_FILE)), PASSWD_FILE),
    group: () => nameOf(entry?.gid, parseAccounts(textAt(files, GROUP_FILE)), GROUP_FILE),
  };
  return (property) => looks[property]?.() ?? lookInside(property, path, files);
}

function lookInside(property: string, path: string, files: GatheredFiles): Fact {
  const reading = files.content(path);
  if (reading.state === 'unread') {
    return { problem: `cannot be read: ${reading.problem}`, fix: fixes.path };
  }
  if (property === 'contents' || property === 'contains') return { value: reading.text };
  return {
    value: createHash(property)
      .update(files.bytes(path) ?? '')
      .digest('hex'),
  };
}

function nameOf(
  id: number | undefined,
  accounts: readonly { readonly name: string; readonly id: number }[],
  where: string,
): Fact {
  const account = accounts.find((each) => each.id === id);
  if (account !== undefined) return { value: account.name, fix: fixes.owner };
  return {
    problem: `cannot be told: ${where} has no name for ${String(id)}`,
    fix: where === PASSWD_FILE ? 'Ask for `uid` instead.' : 'Ask for `gid` instead.',
  };
}

function textAt(files: GatheredFiles, path: string): string {
  return files.bytes(path)?.toString('utf8') ?? '';
}
