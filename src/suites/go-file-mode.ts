/**
 * Go's `os.FileMode`: the bits that the engine answers with, and the text that container-structure-test compares.
 * @see https://pkg.go.dev/io/fs#FileMode
 */

/** The letters of the highest bits, from bit 31 down. */
const LETTERS = 'dalTLDpSugct?';
const HIGHEST_BIT = 31;
const PERMISSIONS = 'rwxrwxrwx';

function hasLetter(mode: number, letter: string): boolean {
  return (mode & (1 << (HIGHEST_BIT - LETTERS.indexOf(letter)))) !== 0;
}

export type FileKind = 'file' | 'folder' | 'link' | 'device' | 'pipe' | 'socket';

export function kindOfMode(mode: number): FileKind {
  if (hasLetter(mode, 'd')) return 'folder';
  if (hasLetter(mode, 'L')) return 'link';
  if (hasLetter(mode, 'D')) return 'device';
  if (hasLetter(mode, 'p')) return 'pipe';
  return hasLetter(mode, 'S') ? 'socket' : 'file';
}

/** Of devices: whether it is one of characters, and not of blocks. */
export function isCharacterDevice(mode: number): boolean {
  return hasLetter(mode, 'c');
}

/** `0644`, `4755`: the bits of `chmod`, as octal digits. */
export function octalOfMode(mode: number): string {
  const special = ['u', 'g', 't'].reduce(
    (sum, letter, index) => sum + (hasLetter(mode, letter) ? 4 >> index : 0),
    0,
  );
  return `${String(special)}${(mode & 0o777).toString(8).padStart(3, '0')}`;
}

/** `-rw-r--r--`, `drwxr-xr-x`, `Lrwxrwxrwx`, `dtrwxrwxrwx`, `urwxr-xr-x`. */
export function renderMode(mode: number): string {
  const letters = LETTERS.split('').filter((letter) => hasLetter(mode, letter));
  const permissions = PERMISSIONS.split('').map((letter, index) =>
    (mode & (1 << (PERMISSIONS.length - 1 - index))) === 0 ? '-' : letter,
  );
  return (letters.join('') || '-') + permissions.join('');
}

/** Permissions and special bits as they are in a tar. */
export function toTarMode(mode: number): number {
  const special = ['u', 'g', 't'].map((letter, index) =>
    hasLetter(mode, letter) ? 0o4000 >> index : 0,
  );
  return special.reduce((bits, bit) => bits | bit, mode & 0o777);
}

/** Whether `renderMode` can give this text at all. */
export function isRenderedMode(text: string): boolean {
  const [, letters = '', permissions = ''] =
    /^(-|[dalTLDpSugct?]+)((?:[r-][w-][x-]){3})$/u.exec(text) ?? [];
  return permissions !== '' && (letters === '-' || inOrder(letters) === letters);
}

/** The same permissions as `renderMode` writes them, for those of `ls -l` and octal ones. Absent for anything else. */
export function toRenderedMode(text: string): string | undefined {
  return fromListing(text) ?? fromOctal(text);
}

/** What `ls -l` puts before the permissions. */
const LISTED_KINDS: Readonly<Record<string, string>> = {
  '-': '',
  d: 'd',
  l: 'L',
  b: 'D',
  c: 'Dc',
  p: 'p',
  s: 'S',
};

function fromListing(text: string): string | undefined {
  const [, kind, permissions] =
    /^([-dlbcps])([r-][w-][xsS-][r-][w-][xsS-][r-][w-][xtT-])[.+@]?$/u.exec(text) ?? [];
  if (kind === undefined || permissions === undefined) return undefined;
  const special = [
    /[sS]/u.test(permissions[2] ?? '') ? 'u' : '',
    /[sS]/u.test(permissions[5] ?? '') ? 'g' : '',
    /[tT]/u.test(permissions[8] ?? '') ? 't' : '',
  ];
  const letters = inOrder([LISTED_KINDS[kind] ?? '', ...special].join(''));
  return (letters || '-') + permissions.replaceAll(/[st]/gu, 'x').replaceAll(/[ST]/gu, '-');
}

function fromOctal(text: string): string | undefined {
  if (!/^(?:0o?)?[0-7]{3,4}$/u.test(text)) return undefined;
  const octal = Number.parseInt(text.replace('o', ''), 8);
  const special = ['u', 'g', 't'].filter((_, index) => (octal & (0o4000 >> index)) !== 0);
  const plain = renderMode(octal & 0o777);
  return special.length === 0 ? plain : special.join('') + plain.slice(1);
}

function inOrder(letters: string): string {
  return LETTERS.split('')
    .filter((letter) => letters.includes(letter))
    .join('');
}
