/**
 * The rows of one table of an SQLite database in memory: just enough for a database that came out of an image, which no
 * library with access to files should open.
 * @returns undefined when it is no database, or has no such table
 * @throws {RangeError} when it is broken
 * @see https://www.sqlite.org/fileformat2.html
 */
export function readSqliteTable(
  bytes: Buffer,
  name: string,
): readonly (readonly SqliteValue[])[] | undefined {
  if (bytes.toString('latin1', 0, 15) !== 'SQLite format 3') return undefined;
  const written = bytes.readUInt16BE(16);
  const pageBytes = written === 1 ? 65_536 : written;
  const database: Database = {
    bytes,
    pageBytes,
    usableBytes: pageBytes - (bytes[20] ?? 0),
    seen: new Set(),
  };
  const table = readTree(database, 1).find(([type, each]) => type === 'table' && each === name);
  const rootPage = table?.[3];
  return typeof rootPage === 'number' ? readTree(database, rootPage) : undefined;
}

export type SqliteValue = string | number | Buffer | null;

interface Database {
  readonly bytes: Buffer;
  readonly pageBytes: number;
  readonly usableBytes: number;
  /** A broken database may lead in circles. */
  readonly seen: Set<number>;
}

const LEAF = 0x0d;
const INTERIOR = 0x05;

function readTree(database: Database, pageNumber: number): readonly (readonly SqliteValue[])[] {
  if (database.seen.has(pageNumber)) throw new RangeError(`page ${String(pageNumber)} comes twice`);
  database.seen.add(pageNumber);
  const start = (pageNumber - 1) * database.pageBytes;
  const page = database.bytes.subarray(start, start + database.pageBytes);
  const head = pageNumber === 1 ? 100 : 0;
  const kind = page[head];
  // Half a table would look like fewer rows.
  if (kind !== LEAF && kind !== INTERIOR) {
    throw new RangeError(`page ${String(pageNumber)} is none of a table`);
  }
  const count = page.readUInt16BE(head + 3);
  const pointersAt = head + (kind === LEAF ? 8 : 12);
  const cells = Array.from({ length: count }, (_, index) =>
    page.readUInt16BE(pointersAt + 2 * index),
  );
  if (kind === LEAF) return cells.map((at) => readRecord(payloadAt(database, page, at)));
  const children = [...cells.map((at) => page.readUInt32BE(at)), page.readUInt32BE(head + 8)];
  return children.flatMap((child) => readTree(database, child));
}

/** What does not fit into the page goes on in a chain of others. */
function payloadAt({ bytes, pageBytes, usableBytes }: Database, page: Buffer, at: number): Buffer {
  const [sizeBytes, afterSize] = readVarint(page, at);
  const [, start] = readVarint(page, afterSize);
  const most = usableBytes - 35;
  if (sizeBytes <= most) return page.subarray(start, start + sizeBytes);
  const least = Math.floor(((usableBytes - 12) * 32) / 255) - 23;
  const fitting = least + ((sizeBytes - least) % (usableBytes - 4));
  const localBytes = fitting <= most ? fitting : least;
  const pieces = [page.subarray(start, start + localBytes)];
  let leftBytes = sizeBytes - localBytes;
  let next = page.readUInt32BE(start + localBytes);
  while (next !== 0 && leftBytes > 0) {
    const from = (next - 1) * pageBytes;
    pieces.push(bytes.subarray(from + 4, from + 4 + Math.min(leftBytes, usableBytes - 4)));
    leftBytes -= usableBytes - 4;
    next = bytes.readUInt32BE(from);
  }
  return Buffer.concat(pieces);
}

function readRecord(payload: Buffer): readonly SqliteValue[] {
  const [headerBytes, first] = readVarint(payload, 0);
  const values: SqliteValue[] = [];
  let at = headerBytes;
  for (let headerAt = first; headerAt < headerBytes;) {
    const [type, next] = readVarint(payload, headerAt);
    headerAt = next;
    const sizeBytes = sizeOf(type);
    values.push(toValue(type, payload.subarray(at, at + sizeBytes)));
    at += sizeBytes;
  }
  return values;
}

const INTEGER_BYTES = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0];

function sizeOf(type: number): number {
  return type >= 12 ? Math.floor((type - 12) / 2) : (INTEGER_BYTES[type] ?? 0);
}

function toValue(type: number, bytes: Buffer): SqliteValue {
  if (type >= 12) return type % 2 === 0 ? bytes : bytes.toString('utf8');
  if (type === 0) return null;
  if (type >= 8) return type - 8;
  if (type === 7) return bytes.readDoubleBE(0);
  return type === 6 ? Number(bytes.readBigInt64BE(0)) : bytes.readIntBE(0, bytes.length);
}

/** The value, and where the next one begins. */
function readVarint(bytes: Buffer, start: number): readonly [number, number] {
  let value = 0;
  for (let index = 0; index < 8; index += 1) {
    const byte = bytes.readUInt8(start + index);
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return [value, start + index + 1];
  }
  return [value * 256 + bytes.readUInt8(start + 8), start + 9];
}
