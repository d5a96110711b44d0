// What becomes of coins that an account can't borrow, where fills pay with them.
import { type BookDifference, clientOrderId, instrumentId } from '@algo/model';
import { expect, test } from 'vitest';
import type { CorrectBooks } from './corrections.ts';
import type { ExecutionEngine } from './execution-engine.ts';
import type { ExecutionInput } from './execution-io.ts';
import { asks, corrections, differs, held, repair } from './testing/compared.ts';
import {
  ACCOUNT,
  d,
  filled,
  fillOf,
  gate,
  LTC,
  place,
  ready,
  S,
  SETTINGS,
  SETUP,
  sent,
  told,
  types,
} from './testing/execution-scenario.ts';

const ETHLTC = instrumentId('synthetic.spot.ETHLTC');
const [LTCUSDT, BTCUSDT] = SETTINGS.instruments;
const WITH_CROSS = {
  ...SETTINGS,
  instruments: [LTCUSDT!, BTCUSDT!, { ...LTCUSDT!, id: ETHLTC, symbol: 'ETHLTC', base: 'ETH', quote: 'LTC' }],
};

/** An account that can't be short and holds 10 LTC; `aside` is what else of them lies there. */
function wallet(aside: string, shortSpot = false, differences: readonly BookDifference[] = []) {
  const engine = ready(WITH_CROSS);
  engine.handle(filled(sent(engine.handle(place(1))), 'in', '10', '10', S));
  const out = engine.handle(told(31 * S)).findLast((one) => one.type === 'ReconciliationRequested');
  const passed = gate() as Extract<ExecutionInput, { type: 'ReconciliationCompleted' }>;
  const requestId = out?.type === 'ReconciliationRequested' ? out.asked.requestId : '';
  const asset = { asset: 'LTC', quantity: d(aside) };
  engine.handle({ ...passed, requestId, aside: [asset], differences, setup: { ...SETUP, shortSpot } });
  return engine;
}
test.each<[CorrectBooks['how'], string, boolean, string | null]>([
  ['acknowledge', '4', false, null],
  ['acknowledge', '0', false, null],
  ['acknowledge', '4', true, '10'],
  ['adopt', '4', false, '4'],
])('%s: where %s of our 10 are there, and coins are lent: %s, ours are %s', (how, there, shortSpot, own) => {
  const engine = wallet('0', shortSpot, [differs({ cure: 'person', held: d(there) })]);
  const out = asks(engine, repair(how));
  expect(corrections(out).map((one) => `${one.own}`)).toEqual(own === null ? [] : [own]);
  expect(types(out).includes('CommandRefused')).toBe(own === null);
});

/** A fill of another instrument that pays with LTC: 0.1 ETH at 40, and a fee. */
function pays(engine: ExecutionEngine, fee: string, feeAsset: string, side: 'buy' | 'sell' = 'buy') {
  const of = {
    clientOrderId: clientOrderId('abbbbbbbbbbbbbbbbbbbbbbbbbc'),
    account: ACCOUNT,
    instrument: ETHLTC,
  };
  const fill = { ...fillOf({ ...of, side }, 'x', '0.1', 32 * S), price: d('40'), fee: d(fee), feeAsset };
  return corrections(engine.handle({ type: 'VenueFilled', fill, cumulative: d('0.1') }));
}

test.each<[string, string, string, string, readonly string[]]>([
  ['first from what lies beside', '5', '0.5', 'LTC', []],
  ['then from the position', '1', '0.5', 'LTC', ['7', '6.5']],
  ['and with nothing beside all from the position', '0', '0', 'USDT', ['6']],
])(
  'what an order of another instrument pays in a coin that we hold is taken %s',
  (_, aside, fee, asset, own) => {
    const engine = wallet(aside);
    const said = pays(engine, fee, asset);
    expect(said.map((one) => [one.instrument, `${one.own}`, one.reason])).toEqual(
      own.map((quantity) => [LTC, quantity, 'spent']),
    );
  },
);

test('what an order of another instrument receives lies beside the position', () => {
  const engine = wallet('0');
  expect(pays(engine, '0', 'USDT', 'sell')).toEqual([]);
  expect(held(engine)[0]).toBe('10');
});

test('where an account may be short, coins are lent and no position is touched', () => {
  const engine = wallet('0', true);
  expect(pays(engine, '0.5', 'LTC')).toEqual([]);
});
