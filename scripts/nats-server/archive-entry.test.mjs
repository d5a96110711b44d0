import { expect, test } from 'vitest';
import { readArchiveEntry } from './archive-entry.mjs';
import { tarGz, zip } from './archive-fixtures.mjs';

const SERVER = Buffer.from('the bytes of a server '.repeat(500));
const FOLDER = 'nats-server-v9.9.9-linux-amd64';

const archives = [
  ['a .tar.gz', tarGz({ [`${FOLDER}/README.md`]: 'read me', [`${FOLDER}/nats-server`]: SERVER })],
  ['a .zip with packed entries', zip({ LICENSE: 'mine', 'bin/nats-server': SERVER }, { packed: true })],
  ['a .zip with stored entries', zip({ 'nats-server': SERVER }, { packed: false })],
];

test.each(archives)('reads one entry by its file name from %s', (_name, archive) => {
  expect(readArchiveEntry(archive, 'nats-server').equals(SERVER)).toBe(true);
});

test.each(archives)('says which entry is missing from %s', (_name, archive) => {
  expect(() => readArchiveEntry(archive, 'nats-client')).toThrow('holds no nats-client');
});

test('does not take a file whose name merely ends alike', () => {
  expect(() => readArchiveEntry(tarGz({ 'x/not-nats-server': 'no' }), 'nats-server')).toThrow('holds no');
});

test('refuses bytes that are no archive', () => {
  expect(() => readArchiveEntry(Buffer.from('<html>not found</html>'.repeat(9)), 'nats-server')).toThrow(
    'neither',
  );
});

test('refuses a zip whose entry was damaged on the way', () => {
  const archive = zip({ 'nats-server': SERVER }, { packed: true });
  archive.fill(0, 0, 4);
  expect(() => readArchiveEntry(archive, 'nats-server')).toThrow('damaged');
});
