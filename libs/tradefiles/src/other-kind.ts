/** First bytes, in Latin-1, where they stand, and what they are of. */
const KINDS: readonly (readonly [at: number, magic: string, what: string])[] = [
  [0, 'BZh', 'it is packed by bzip2'],
  [0, '\xfd7zXZ', 'it is packed by xz'],
  [0, '7z\xbc\xaf', 'it is packed by 7-Zip'],
  [0, 'Rar!', 'it is packed by RAR'],
  [257, 'ustar', 'it is an archive by tar'],
  [0, '\x89HDF', 'it is a file of HDF5'],
  [0, 'ARROW1', 'it is a file of Arrow (Feather)'],
  [0, 'ORC', 'it is a file of ORC'],
  [0, '\xd0\xcf\x11\xe0', 'it is a workbook of Excel'],
  [0, 'SQLite format 3', 'it is a database of SQLite'],
  [8, 'DUCK', 'it is a database of DuckDB'],
];
/** What can be unpacked, once. */
const PACKED: typeof KINDS = [
  [0, '\x1f\x8b', 'it is packed twice, by gzip inside'],
  [0, 'PK\x03\x04', 'it is packed twice, by zip inside'],
  [0, '\x28\xb5\x2f\xfd', 'it is packed twice, by zstd inside'],
];

/** Returns what a file is by its first bytes, where it is of a kind that is not read here; else undefined. */
export function otherKind(head: Buffer, isUnpacked: boolean): string | undefined {
  const text = head.toString('latin1', 0, 512);
  const found = [...KINDS, ...(isUnpacked ? PACKED : [])].find(([at, magic]) => text.startsWith(magic, at));
  return found?.[2];
}
