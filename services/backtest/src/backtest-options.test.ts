import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parseBacktestOptions, type RawBacktestOptions } from './backtest-options.ts';

const CONFIGS = fileURLToPath(new URL('../../../config/trading/', import.meta.url));
const filesOf = (list: string) => list.split(',').map((path) => `/here/${path}`);
const parse = (raw: RawBacktestOptions) => parseBacktestOptions(raw, filesOf, CONFIGS);
const data = ['a.csv'];

describe('options of algo backtest', () => {
  test('take files, days and moments', () => {
    const options = parse({ data: ['a.csv', 'b.csv,c.csv'], from: '2025-06-21', to: '2025-06-21T12:30' });
    expect(options.files).toEqual(['/here/a.csv', '/here/b.csv', '/here/c.csv']);
    expect(options.range).toEqual({ fromUs: 1_750_464_000_000_000, toUs: 1_750_509_000_000_000 - 1 });
  });

  test('read a moment with a zone as it says', () => {
    expect(parse({ data, from: '2025-06-21T02:00+02:00' }).range.fromUs).toBe(1_750_464_000_000_000);
  });

  test.each<[string, RawBacktestOptions, string]>([
    ['no file', {}, '--data'],
    ['a file twice', { data: ['a.csv', 'a.csv'] }, '--data'],
    ['a day that is none', { data, from: 'yesterday' }, '--from'],
    ['a month of 13', { data, to: '2025-13-01' }, '--to'],
    ['an end before the beginning', { data, from: '2025-06-22', to: '2025-06-21' }, '--to'],
    ['a configuration that is not there', { data, config: 'nope' }, '--config'],
    ['an instrument that is none', { data, instruments: 'LTC' }, '--instruments'],
    ['a seed below 0', { data, seed: '-1' }, '--seed'],
    ['a seed too large', { data, seed: '4294967296' }, '--seed'],
  ])('refuse %s in the words typed', (_, raw, field) => {
    expect(() => parse(raw)).toThrow(expect.objectContaining({ name: 'InputError', field }));
  });
});
