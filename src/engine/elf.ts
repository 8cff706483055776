/** What the header and the dynamic section of a program or library say. */
export interface ElfFile {
  /** As Go says it, `amd64`; `machine 99` for one that Go does not know. */
  readonly architecture: string;
  /** The dynamic linker that a program asks for; absent in static programs and in most libraries. */
  readonly interpreter?: string | undefined;
  /** Names of libraries that must be there; absent when the file was too long to be looked through. */
  readonly needed?: readonly string[] | undefined;
  /** Folders where it has them looked for first, with `$ORIGIN` as it is. */
  readonly searchPaths: readonly string[];
}

/** @see https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html */
const MACHINES: Readonly<Record<number, string>> = {
  3: '386',
  8: 'mips',
  21: 'ppc64',
  22: 's390x',
  40: 'arm',
  62: 'amd64',
  183: 'arm64',
  243: 'riscv64',
  258: 'loong64',
};
/** Machines whose little-endian form has a name of its own. */
const LITTLE: Readonly<Record<number, string>> = { 8: 'mipsle', 21: 'ppc64le' };

const MAGIC = 0x7f454c46;
const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const PT_INTERP = 3;
const DT_NEEDED = 1;
const DT_STRTAB = 5;
const DT_RPATH = 15;
const DT_RUNPATH = 29;
/** More program headers or dynamic entries than any real file has are not read. */
const MOST_ENTRIES = 4096;

/** Whether bytes begin as an ELF file does. */
export function isElf(bytes: Buffer): boolean {
  return bytes.length >= 4 && bytes.readUInt32BE(0) === MAGIC;
}

/**
 * Reads an ELF file, or as much of its beginning as there is. Absent when it is none, or has lost its header.
 * @see https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html
 */
export function parseElf(bytes: Buffer): ElfFile | undefined {
  if (!isElf(bytes)) return undefined;
  const layout = layoutOf(bytes);
  const machine = layout?.number(18, 2);
  if (layout === undefined || machine === undefined) return undefined;
  const segments = segmentsOf(layout);
  if (segments === undefined) return undefined;
  const little = layout.isLittle ? LITTLE[machine] : undefined;
  const interpreterAt = segments.find(({ type }) => type === PT_INTERP)?.offset;
  return {
    architecture: little ?? MACHINES[machine] ?? `machine ${String(machine)}`,
    ...(interpreterAt === undefined ? {} : { interpreter: layout.text(interpreterAt) }),
    ...dynamicOf(layout, segments),
  };
}

/** The two widths and two byte orders, as one. */
interface Layout {
  readonly isLittle: boolean;
  readonly is64: boolean;
  /** Absent beyond the end. */
  number(at: number, width: number): number | undefined;
  /** Up to the zero byte; empty beyond the end. */
  text(at: number): string;
}

function layoutOf(bytes: Buffer): Layout | undefined {
  const [width, order] = [bytes[4], bytes[5]];
  if ((width !== 1 && width !== 2) || (order !== 1 && order !== 2)) return undefined;
  const isLittle = order === 1;
  return {
    isLittle,
    is64: width === 2,
    number(at, size) {
      if (at < 0 || at + size > bytes.length) return undefined;
      if (size < 8) return isLittle ? bytes.readUIntLE(at, size) : bytes.readUIntBE(at, size);
      return Number(isLittle ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
    },
    text(at) {
      if (at < 0 || at >= bytes.length) return '';
      const end = bytes.indexOf(0, at);
      return bytes.toString('latin1', at, end === -1 ? bytes.length : end);
    },
  };
}

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly sizeBytes: number;
}

/** Where the fields of a file header and of a program header stand. */
interface Fields {
  readonly word: number;
  readonly tableAt: number;
  readonly entryBytes: number;
  readonly count: number;
  readonly offset: number;
  readonly address: number;
  readonly sizeBytes: number;
}

const FIELDS_32: Fields = {
  word: 4,
  tableAt: 28,
  entryBytes: 42,
  count: 44,
  offset: 4,
  address: 8,
  sizeBytes: 16,
};
const FIELDS_64: Fields = {
  word: 8,
  tableAt: 32,
  entryBytes: 54,
  count: 56,
  offset: 8,
  address: 16,
  sizeBytes: 32,
};

/** Absent when the table lies beyond the end. */
function segmentsOf(layout: Layout): readonly Segment[] | undefined {
  const fields = layout.is64 ? FIELDS_64 : FIELDS_32;
  const tableAt = layout.number(fields.tableAt, fields.word);
  const entryBytes = layout.number(fields.entryBytes, 2);
  const count = layout.number(fields.count, 2);
  if (tableAt === undefined || entryBytes === undefined || count === undefined) return undefined;
  const places = Array.from(
    { length: Math.min(count, MOST_ENTRIES) },
    (_, index) => tableAt + entryBytes * index,
  );
  const segments = places.flatMap((at) => segmentAt(layout, fields, at) ?? []);
  return segments.length === places.length ? segments : undefined;
}

function segmentAt(layout: Layout, fields: Fields, at: number): Segment | undefined {
  const type = layout.number(at, 4);
  const offset = layout.number(at + fields.offset, fields.word);
  const address = layout.number(at + fields.address, fields.word);
  const sizeBytes = layout.number(at + fields.sizeBytes, fields.word);
  if (type === undefined || offset === undefined) return undefined;
  if (address === undefined || sizeBytes === undefined) return undefined;
  return { type, offset, address, sizeBytes };
}

function dynamicOf(
  layout: Layout,
  segments: readonly Segment[],
): Pick<ElfFile, 'needed' | 'searchPaths'> {
  const dynamic = segments.find(({ type }) => type === PT_DYNAMIC);
  if (dynamic === undefined) return { needed: [], searchPaths: [] };
  const entries = entriesOf(layout, dynamic);
  const address = entries?.find(({ tag }) => tag === DT_STRTAB)?.value;
  const textsAt = address === undefined ? undefined : fileOffsetOf(address, segments);
  if (entries === undefined || textsAt === undefined) return { searchPaths: [] };
  const textsOf = (...tags: readonly number[]): readonly string[] =>
    entries
      .filter(({ tag }) => tags.includes(tag))
      .map(({ value }) => layout.text(textsAt + value))
      .filter((text) => text !== '');
  const searchPaths = textsOf(DT_RPATH, DT_RUNPATH).flatMap((text) => text.split(':'));
  return { needed: textsOf(DT_NEEDED), searchPaths };
}

/** Absent when the section lies beyond the end of what was read. */
function entriesOf(
  layout: Layout,
  { offset, sizeBytes }: Segment,
): readonly { readonly tag: number; readonly value: number }[] | undefined {
  const word = layout.is64 ? 8 : 4;
  const entries: { readonly tag: number; readonly value: number }[] = [];
  const count = Math.min(Math.floor(sizeBytes / (2 * word)), MOST_ENTRIES);
  for (let index = 0; index < count; index += 1) {
    const tag = layout.number(offset + index * 2 * word, word);
    const value = layout.number(offset + index * 2 * word + word, word);
    if (tag === undefined || value === undefined) return undefined;
    if (tag === 0) break;
    entries.push({ tag, value });
  }
  return entries;
}

function fileOffsetOf(address: number, segments: readonly Segment[]): number | undefined {
  const segment = segments.find(
    ({ type, address: start, sizeBytes }) =>
      type === PT_LOAD && address >= start && address < start + sizeBytes,
  );
  return segment === undefined ? undefined : segment.offset + (address - segment.address);
}
