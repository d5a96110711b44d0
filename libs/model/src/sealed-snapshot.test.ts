import { expect, test } from 'vitest';
import { Decimal } from './decimal.ts';
import { openSnapshot, sealSnapshot } from './sealed-snapshot.ts';

const STATE = { cash: new Map([['USDT', Decimal.of('10.5')]]), dueUs: Infinity };
const SEALED = sealSnapshot('execution.main', 1, STATE);
const bytesOf = (text: string) => new TextEncoder().encode(text);

test('its owner gets the state back, in the version that was sealed', () => {
  expect(openSnapshot('execution.main', 1, SEALED)).toEqual(STATE);
});

test.each<[string, string, number, Uint8Array, string]>([
  [
    'another account',
    'execution.other',
    1,
    SEALED,
    'snapshot = "version 1 of execution.main": this build reads version 1 of execution.other. Give',
  ],
  [
    'another version',
    'execution.main',
    2,
    SEALED,
    'snapshot = "version 1 of execution.main": this build reads version 2 of execution.main. Start the build',
  ],
  ['bytes cut short', 'execution.main', 1, SEALED.subarray(0, 20), '"20 bytes that are no snapshot"'],
  ['other JSON', 'execution.main', 1, bytesOf('{"version":1}'), '"13 bytes that are no snapshot"'],
  ['no JSON at all', 'execution.main', 1, new Uint8Array([0xff, 0x00]), '"2 bytes that are no snapshot"'],
])('%s is refused, with what this build reads and the remedy', (_, owner, version, bytes, message) => {
  expect(() => openSnapshot(owner, version, bytes)).toThrow(message);
});
