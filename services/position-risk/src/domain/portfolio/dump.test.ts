import { expect, test } from 'vitest';
import { type DumpEvidence, type DumpSignal, dumpSignals, type Flow } from './dump.ts';
import { OWNER_RULES } from './portfolio-rules.ts';

const flow = (buy: number, sell: number): Flow => ({ buy, sell });
const CALM: DumpEvidence = {
  ...{ direction: 'long', assetClass: 'regular', price: 101, average: 100, slippage: null },
  ...{ bars: [flow(1, 1), flow(1, 1), flow(1, 1)], flow: flow(1, 1) },
};
const threeOf = (one: Flow | null) => [one, one, one];

const TABLE: readonly (readonly [string, Partial<DumpEvidence>, readonly DumpSignal[]])[] = [
  ['a calm market', {}, []],
  ['three minutes sold beyond 1.5', { bars: threeOf(flow(1, 1.6)) }, ['volume']],
  ['three minutes sold at exactly 1.5', { bars: threeOf(flow(2, 3)) }, []],
  ['two of three', { bars: [flow(1, 1), flow(1, 2), flow(1, 2)] }, []],
  ['a minute that is not whole', { bars: [flow(1, 9), flow(1, 9), null] }, []],
  ['minutes without a trade', { bars: threeOf(flow(0, 0)) }, []],
  ['minutes that only sold', { bars: threeOf(flow(0, 0.001)) }, ['volume']],
  ['minutes that bought', { bars: threeOf(flow(9, 1)) }, []],
  ['flow of 2.5 to 1 against', { flow: flow(2, 5) }, []],
  ['flow beyond it', { flow: flow(1.999, 5) }, ['flow']],
  ['small flow beyond it', { flow: flow(0.03, 0.5) }, ['flow']],
  ['no flow known', { flow: null }, []],
  ['nothing traded', { flow: flow(0, 0) }, []],
  ['a price on its average', { price: 100 }, []],
  ['a price below it', { price: 99.99 }, ['momentum']],
  ['no average yet', { price: 1, average: null }, []],
  ['a meme that slips 10 %', { assetClass: 'meme', slippage: 0.1 }, []],
  ['a meme that slips more', { assetClass: 'meme', slippage: 0.11 }, ['liquidity']],
  ['a meme that nobody quotes', { assetClass: 'meme', slippage: 'failed' }, ['liquidity']],
  ['a meme that nobody was asked about', { assetClass: 'meme' }, []],
  ['a regular one that slips', { slippage: 0.5 }, []],
  [
    'all at once',
    { bars: threeOf(flow(1, 9)), flow: flow(1, 9), price: 99, assetClass: 'meme', slippage: 'failed' },
    ['volume', 'flow', 'momentum', 'liquidity'],
  ],
];

test.each(TABLE)('%s speaks as it should against a long', (_, change, signals) => {
  expect(dumpSignals({ ...CALM, ...change }, OWNER_RULES.dump)).toEqual(signals);
});

const mirrored = (one: Flow | null) => (one === null ? null : flow(one.sell, one.buy));

test.each(TABLE)('%s, mirrored, speaks so against a short', (_, change, signals) => {
  const long = { ...CALM, ...change };
  const short = {
    ...({ ...long, direction: 'short', price: 200 - long.price } as const),
    ...{ bars: long.bars.map(mirrored), flow: mirrored(long.flow) },
  };
  expect(dumpSignals(short, OWNER_RULES.dump)).toEqual(signals);
});
