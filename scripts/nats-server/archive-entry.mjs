// Takes one file out of a .tar.gz or a .zip (a Python wheel is one), so that no tar or unzip
// has to be installed.
import { gunzipSync, inflateRawSync } from 'node:zlib';

const TAR_BLOCK = 512;
const ZIP_LOCAL = 0x04034b50;
const ZIP_CENTRAL = 0x02014b50;
const ZIP_END = 0x06054b50;
const ZIP_END_BYTES = 22;
const ZIP_COMMENT_MAX = 65_535;
/** More than ten times today's binary: a larger claim is a broken or hostile archive. */
const ENTRY_BYTES_MAX = 300_000_000;

/** The bytes of the first entry whose path ends in `/name` or is `name`. */
export function readArchiveEntry(archive, name) {
  const isGzip = archive[0] === 0x1f && archive[1] === 0x8b;
  const bytes = isGzip
    ? readTarEntry(gunzipSync(archive, { maxOutputLength: ENTRY_BYTES_MAX }), name)
    : readZipEntry(archive, name);
  if (bytes === null) throw new Error(`the archive holds no ${name}`);
  return bytes;
}

function isNamed(path, name) {
  return path === name || path.endsWith(`/${name}`);
}

function readTarEntry(tar, name) {
  let offset = 0;
  while (offset + TAR_BLOCK <= tar.length) {
    const header = tar.subarray(offset, offset + TAR_BLOCK);
    const path = text(header, 0, 100);
    if (path === '') return null;
    const bytes = Number.parseInt(text(header, 124, 12), 8);
    const isFile = header[156] === 0 || header[156] === 0x30;
    const start = offset + TAR_BLOCK;
    if (!(bytes >= 0) || start + bytes > tar.length) throw new Error('the archive is cut short');
    if (isFile && isNamed(path, name)) return tar.subarray(start, start + bytes);
    offset = start + Math.ceil(bytes / TAR_BLOCK) * TAR_BLOCK;
  }
  return null;
}

function text(bytes, start, length) {
  const field = bytes.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString('latin1', 0, end === -1 ? length : end).trim();
}

function readZipEntry(zip, name) {
  const end = findZipEnd(zip);
  const entries = zip.readUInt16LE(end + 10);
  let offset = zip.readUInt32LE(end + 16);
  for (let i = 0; i < entries; i += 1) {
    if (zip.readUInt32LE(offset) !== ZIP_CENTRAL) throw new Error('the archive is damaged');
    const nameBytes = zip.readUInt16LE(offset + 28);
    const path = zip.toString('utf8', offset + 46, offset + 46 + nameBytes);
    if (isNamed(path, name)) return inflateZipEntry(zip, offset);
    offset += 46 + nameBytes + zip.readUInt16LE(offset + 30) + zip.readUInt16LE(offset + 32);
  }
  return null;
}

function findZipEnd(zip) {
  const first = Math.max(0, zip.length - ZIP_END_BYTES - ZIP_COMMENT_MAX);
  for (let offset = zip.length - ZIP_END_BYTES; offset >= first; offset -= 1) {
    if (zip.readUInt32LE(offset) === ZIP_END) return offset;
  }
  throw new Error('the archive is neither a .tar.gz nor a .zip');
}

function inflateZipEntry(zip, central) {
  const method = zip.readUInt16LE(central + 10);
  const packedBytes = zip.readUInt32LE(central + 20);
  const bytes = zip.readUInt32LE(central + 24);
  const local = zip.readUInt32LE(central + 42);
  if (bytes > ENTRY_BYTES_MAX) throw new Error(`an entry of ${bytes} bytes is larger than anything expected`);
  if (zip.readUInt32LE(local) !== ZIP_LOCAL) throw new Error('the archive is damaged');
  const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  const packed = zip.subarray(start, start + packedBytes);
  const data = method === 0 ? packed : inflateRawSync(packed, { maxOutputLength: ENTRY_BYTES_MAX });
  if (data.length !== bytes) throw new Error('the archive is cut short');
  return data;
}
