import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError, instrumentId } from '@algo/model';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConfigError } from '../read-config.ts';
import { instrumentOf, readInstrumentCatalog, readInstrumentsFile } from './instrument-catalog.ts';

const GOOD =
  "{ base: LTC, quote: USDT, price_tick: '0.01', quantity_step: '0.001', " +
  "min_quantity: 1, min_notional: '5' }";

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'algo-catalog-'));
  path = join(directory, 'instruments.yaml');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function read(text: string) {
  writeFileSync(path, text);
  return readInstrumentCatalog(path);
}

test('an entry becomes an instrument with exact decimals', () => {
  const catalog = read(`binance.spot.LTCUSDT: ${GOOD}\n`);
  const instrument = instrumentOf(catalog, instrumentId('binance.spot.LTCUSDT'));
  expect(instrument).toMatchObject({
    venue: 'binance',
    market: 'spot',
    symbol: 'LTCUSDT',
    base: 'LTC',
    assetClass: 'regular',
  });
  expect([instrument.priceTick, instrument.quantityStep, instrument.minQuantity].map(String)).toEqual([
    '0.01',
    '0.001',
    '1',
  ]);
});

test.each([
  ['on spot the least notional binds exits', 'binance.spot.LTCUSDT', '', true],
  ['of a contract it does not', 'binance.perp.LTCUSDT', '', false],
  ['unless the venue says so', 'binance.perp.LTCUSDT', ', min_notional_binds_exits: true', true],
])('%s', (_, name, told, binds) => {
  const catalog = read(`${name}: ${GOOD.replace(' }', `${told} }`)}\n`);
  expect(instrumentOf(catalog, instrumentId(name)).minNotionalBindsExits).toBe(binds);
});

test('everything that is wrong is said at once, by instrument and field', () => {
  const bad = [
    `a.spot.A: { base: '', quote: B, price_tick: 0, quantity_step: '-1', min_quantity: x, min_notional: 5 }`,
    `a.spot.B: { base: B, quote: C, price_tick: '1', quantity_step: '1', min_quantity: '1' }`,
    'a.spot.C: { base: B, quote: C, price_tick: 1, quantity_step: 1, min_quantity: 1, min_notional: 1, x: 1 }',
  ].join('\n');
  let error: unknown;
  try {
    read(bad);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(ConfigError);
  const { problems, message } = error as ConfigError;
  expect(message).toContain(path);
  expect(problems).toHaveLength(6);
  for (const part of [
    /^a\.spot\.A\.base: /,
    /^a\.spot\.A\.price_tick: 0 is not a positive decimal/,
    /^a\.spot\.A\.quantity_step: "-1" is not a positive decimal/,
    /^a\.spot\.A\.min_quantity: "x" is not a positive decimal; quote small ones: "0.00000001"/,
    /^a\.spot\.B\.min_notional: /,
    /^a\.spot\.C: .*"x"/,
  ])
    expect(problems.some((problem) => part.test(problem))).toBe(true);
});

test('a small number that YAML made a float is refused with what to write', () => {
  expect(() => read(`a.spot.A: ${GOOD.replace("'0.001'", '1e-8')}`)).toThrow(
    /a\.spot\.A\.quantity_step: 1e-8 is not a positive decimal; quote small ones/,
  );
});

test.each([
  ['is not three parts', 'LTCUSDT'],
  ['names no market of ours', 'a.futures.LTCUSDT'],
])('an instrument whose name %s is left out and told, the others stay', (_, name) => {
  const told: string[] = [];
  writeFileSync(path, `${name}: ${GOOD}\nbinance.spot.LTCUSDT: ${GOOD}\n`);
  expect([...readInstrumentsFile(path, (problem) => told.push(problem)).instruments.keys()]).toEqual([
    'binance.spot.LTCUSDT',
  ]);
  expect(told).toEqual([expect.stringContaining(`left out: ${name}: `)]);
});

test('a symbol may be of any script and hold dots', () => {
  const catalog = read(`binance.spot.币安人生USDT: ${GOOD}\na.spot.BRK.B: ${GOOD}\n`);
  expect([...catalog.values()].map(({ symbol }) => symbol)).toEqual(['币安人生USDT', 'BRK.B']);
});

test('two instruments that a case-blind disk would merge are refused, both by name', () => {
  const merged = () => read(`a.perp.kBONK: ${GOOD}\na.perp.KBONK: ${GOOD}\n`);
  expect(merged).toThrow(InputError);
  expect(merged).toThrow(/a\.perp\.KBONK.*a\.perp\.kBONK/s);
});

test.each([
  ['is not there', undefined],
  ['is no YAML', 'a: [1, 2\nb: }'],
])('a file that %s is refused with the setting to change', (_, text) => {
  if (text !== undefined) writeFileSync(path, text);
  expect(() => readInstrumentCatalog(path)).toThrow(InputError);
  expect(() => readInstrumentCatalog(path)).toThrow(
    /ALGO_INSTRUMENTS_FILE.*cannot be read.*Correct the path/s,
  );
});

test('an empty file is refused, not taken for a catalog without instruments', () => {
  expect(() => read('')).toThrow(ConfigError);
});

test('an instrument that is not there is refused with what there is', () => {
  const catalog = read(`binance.spot.LTCUSDT: ${GOOD}\nbinance.perp.LTCUSDT: ${GOOD}\n`);
  const look = () => instrumentOf(catalog, instrumentId('binance.spot.BTCUSDT'));
  expect(look).toThrow(InputError);
  expect(look).toThrow(
    /binance\.spot\.BTCUSDT.*not among the 2 of the catalog; its nearest is binance\.spot\.LTCUSDT/,
  );
});
