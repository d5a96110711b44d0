import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ApiKey, isOpenToOthers, signedParams, signedQuery } from './api-key.ts';

// The examples of rest-api.md and web-socket-api.md.
const NAME = 'vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A';
const HMAC = ApiKey.of(NAME, 'NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j');
const REST = {
  ...{ side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '1', price: '0.1' },
  ...{ recvWindow: '5000', timestamp: '1499827319559' },
};

test.each([
  ['LTCBTC', 'c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71'],
  ['１２３４５６', 'e1353ec6b14d888f1164ae9af8228a3dbd508bc82eb867db8ab6046442f33ef3'],
])('a request for %s is signed as the document has it, over what is percent-encoded', (symbol, signature) => {
  expect(signedQuery({ symbol, ...REST }, HMAC).split('&signature=')[1]).toBe(signature);
});

const WINDOW = { recvWindow: '5000' };
const SOCKET = { timeInForce: 'GTC', timestamp: '1645423376532', type: 'LIMIT' };

test.each([
  [
    { symbol: 'BTCUSDT', side: 'SELL', quantity: '0.01000000', price: '52000.00', recvWindow: '100' },
    'aa1b5712c094bc4e57c05a1a5c1fd8d88dcd628338ea863fec7b88e59fe2db24',
  ],
  [
    { symbol: '１２３４５６', side: 'BUY', quantity: '1.00000000', price: '0.10000000', ...WINDOW },
    'b33892ae8e687c939f4468c6268ddd4c40ac1af18ad19a064864c47bae0752cd',
  ],
])('a request over a socket is signed by name, and not encoded', (more, signature) => {
  expect(signedParams({ ...SOCKET, ...more }, HMAC)).toMatchObject({ apiKey: NAME, signature });
});

const { privateKey } = generateKeyPairSync('ed25519');
const PEM = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

test('an Ed25519 key signs what its public half verifies, encoded as a query has it', () => {
  const key = ApiKey.of('ed', PEM);
  const [query, signature] = signedQuery({ symbol: 'LTCBTC', ...REST }, key).split('&signature=');
  expect(signature).toMatch(/^[A-Za-z0-9%]+$/);
  const bytes = Buffer.from(decodeURIComponent(signature!), 'base64');
  expect(verify(null, Buffer.from(query!), createPublicKey(privateKey), bytes)).toBe(true);
  expect(key.kind).toBe('ed25519');
});

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'algo-key-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string, mode = 0o400): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

test('a key comes from two files of its owner alone, and shows nothing of its secret', () => {
  const files = { keyFile: file('name', `${NAME}\n`), secretFile: file('secret', 'abc\n') };
  const key = ApiKey.fromFiles(files);
  expect([key.name, key.kind]).toEqual([NAME, 'hmac']);
  expect(JSON.stringify(key)).not.toContain('abc');
});

const RSA = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey.export({
  ...({ type: 'pkcs8', format: 'pem' } as const),
});

test.each<[string, () => string, string]>([
  ['is missing', () => join(folder, 'none'), 'secret file = ".*none": it can\'t be read \\(ENOENT\\)'],
  ['is empty', () => file('empty', ' \n'), 'it is empty'],
  ['may be read by others', () => file('open', 'abc', 0o444), 'others than its owner may read'],
  ['holds an RSA key', () => file('rsa', RSA.toString()), 'no private key of the kind Ed25519'],
  ['holds a broken PEM', () => file('pem', PEM.slice(0, 60)), 'no private key of the kind Ed25519'],
])('a secret file that %s is refused with a remedy', (_, secretFile, words) => {
  const files = { keyFile: file(`name-of-${words.length}`, NAME), secretFile: secretFile() };
  expect(() => ApiKey.fromFiles(files)).toThrow(new RegExp(words));
});

test('a key file that holds a PEM is told from one with a key', () => {
  const files = { keyFile: file('swapped', PEM), secretFile: file('other', NAME) };
  expect(() => ApiKey.fromFiles(files)).toThrow('what it holds is no API key of Binance');
});

test.each([
  ['a secret of the cluster, of the group of this pod', 0o440, 0, 1000, false],
  ['the same, for everybody', 0o444, 0, 1000, true],
  ['the same, that the group may write', 0o460, 0, 1000, true],
  ['a secret of another group', 0o440, 0, 2000, true],
  ['a file of this user, which the group may read', 0o440, 1000, 1000, true],
  ['a file of this user alone', 0o400, 1000, 1000, false],
])('%s', (_, mode, uid, gid, isOpen) => {
  expect(isOpenToOthers({ mode, uid, gid }, { uid: 1000, gid: 1000 })).toBe(isOpen);
});
