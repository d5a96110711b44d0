import { InputError } from '@algo/model';
import { expect, test } from 'vitest';
import { checkSchema, SCHEMA_VERSION } from './schema.ts';

test.each([
  ['our own version', String(SCHEMA_VERSION)],
  ['no header, as outsiders publish', undefined],
  ['an empty header', ''],
])('%s is read', (_what, header) => {
  expect(() => checkSchema(header)).not.toThrow();
});

test.each([
  ['the next version', String(SCHEMA_VERSION + 1), 'the publisher is newer'],
  ['a version far ahead', '999999999', 'the publisher is newer'],
  ['version 0, which never was', '0', 'not a version number'],
  ['a fraction', '1.5', 'not a version number'],
  ['a word', 'latest', 'not a version number'],
])('%s is refused', (_what, header, because) => {
  expect(() => checkSchema(header)).toThrow(InputError);
  expect(() => checkSchema(header)).toThrow(because);
});
