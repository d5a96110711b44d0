import { accountId, type ExitReason, hashId, type PositionEvent, US_PER_SECOND } from '@algo/model';
import { expect, test } from 'vitest';
import { ACCOUNT, at, BTC, d, ETH, PLAN, Scenario, SETTINGS } from './testing/position-risk-scenario.ts';

type Of<Type extends PositionEvent['type']> = Extract<PositionEvent, { type: Type }>;
const types = (out: readonly { type: string }[]) => out.map(({ type }) => type);
function one<Type extends PositionEvent['type']>(out: readonly { type: string }[], type: Type): Of<Type> {
  const found = out.filter((event) => event.type === type);
  expect(found).toHaveLength(1);
  return found[0] as Of<Type>;
}

test('the worked example: long at 50,000, best 51,000, out at 50,745 with 1.49 %', () => {
  const story = new Scenario();
  const opened = one(story.open('long', '1', '50000'), 'PositionOpened');
  expect(opened.stopPrice.toString()).toBe('49750');
  expect(one(story.prices(BTC, [1, 50_500]), 'StopMoved').to.toString()).toBe('50247.5');
  expect(one(story.prices(BTC, [2, 51_000]), 'StopMoved').to.toString()).toBe('50745');
  const exit = story.prices(BTC, [3, 50_745]);
  expect(types(exit)).toEqual(['ExitTriggered', 'ClosePosition']);
  expect(one(exit, 'ExitTriggered')).toMatchObject({ reason: 'trailing_stop' });
  const order = story.obey(story.commands[0]!, 3);
  const closed = one(story.fill(order, 'sell', '1', '50745', { seconds: 3 }), 'PositionClosed');
  expect(closed).toMatchObject({ reason: 'trailing_stop' });
  expect(closed.returnPercent.toString()).toBe('1.49');
  expect(closed.netPnl.toString()).toBe('745');
  expect(story.engine.books.positions()).toEqual([]);
});

test.each<[string, ExitReason, 'long' | 'short', Partial<typeof PLAN>, [number, number]]>([
  ['the plan stop of a long', 'initial_stop', 'long', { stopPrice: d('49900') }, [1, 49_900]],
  ['the plan stop of a short', 'initial_stop', 'short', { stopPrice: d('50100') }, [1, 50_100.01]],
  ['the trailing stop of a long', 'trailing_stop', 'long', {}, [1, 49_750]],
  ['the trailing stop of a short', 'trailing_stop', 'short', { stopPrice: d('51000') }, [1, 50_250]],
  ['the target of a long', 'target', 'long', { targetPrice: d('50200') }, [1, 50_200]],
  [
    'the target of a short',
    'target',
    'short',
    { stopPrice: d('51000'), targetPrice: d('49800') },
    [1, 49_799],
  ],
  ['the time limit', 'hold_time', 'long', { holdMaxUs: 30 * US_PER_SECOND }, [30, 50_001]],
])('leaves at %s', (_, reason, direction, change, [seconds, price]) => {
  const story = new Scenario();
  story.open(direction, '1', '50000', { ...PLAN, ...change });
  const out = story.prices(BTC, [0.5, 50_000.5], [seconds, price]);
  expect(one(out, 'ExitTriggered')).toMatchObject({ reason });
  expect(story.commands).toHaveLength(1);
  expect(story.commands[0]).toMatchObject({
    reason,
    attempt: 1,
    direction,
    instrument: BTC,
    account: ACCOUNT,
  });
});

test('what the attempts of an entry fill is one position, guarded from its first fill and left whole', () => {
  const story = new Scenario();
  const first = story.enter('long', PLAN, 0, BTC);
  const opened = one(story.fill(first, 'buy', '0.4', '50000', { leaves: '0.6' }), 'PositionOpened');
  expect(opened.stopPrice.toString()).toBe('49750');
  story.ended('OrderCanceled', first, '0.4', 1);
  const second = story.enter('long', PLAN, 1, BTC);
  const grown = one(story.fill(second, 'buy', '0.6', '50000', { seconds: 1 }), 'PositionIncreased');
  expect(grown.position.id).toBe(opened.position.id);
  story.prices(BTC, [2, 49_700]);
  expect(story.commands.map(({ quantity }) => `${quantity}`)).toEqual(['1']);
});

test('the command id follows from position and attempt, and further trades give no second command', () => {
  const story = new Scenario();
  story.open('long', '1', '50000');
  const { id } = story.engine.books.positions()[0]!;
  expect(id).toBe(hashId('position', ACCOUNT, BTC, 'trade-1'));
  story.prices(BTC, [1, 49_700], [1, 49_000], [1.5, 52_000], [2, 48_000]);
  expect(story.commands.map(({ commandId }) => commandId)).toEqual([hashId('close', id, 1)]);
});

test('a batch of trades tells one stop move, the last, but each trade meets the stop of its moment', () => {
  const story = new Scenario();
  story.open('long', '1', '50000');
  const out = story.prices(BTC, [1, 50_100], [1, 50_500], [1, 51_000], [2, 50_745], [3, 55_000]);
  expect(types(out)).toEqual(['StopMoved', 'ExitTriggered', 'ClosePosition']);
  const moved = one(out, 'StopMoved');
  expect([moved.from.toString(), moved.to.toString(), moved.bestPrice.toString()]).toEqual([
    '49750',
    '50745',
    '51000',
  ]);
});

test('trades from before the entry do not touch its stop', () => {
  const story = new Scenario();
  story.open('long', '1', '50000');
  expect(story.prices(BTC, [-5, 60_000], [-4, 40_000])).toEqual([]);
  expect(story.engine.books.stops()[0]?.stopPrice.toString()).toBe('49750');
});

test('a stop already passed when the fill becomes known fires with it', () => {
  const story = new Scenario();
  const order = story.enter('long');
  story.prices(BTC, [5, 49_000]);
  expect(types(story.fill(order, 'buy', '1', '50000', { seconds: 1 }))).toEqual([
    'PositionOpened',
    'EquityMarked',
    'ExitTriggered',
    'ClosePosition',
  ]);
});

test.each([0, -1, Number.NaN, Infinity])('a print of %p, which no market makes, moves nothing', (price) => {
  const story = new Scenario();
  story.open('long', '1', '50000');
  expect(story.prices(BTC, [1, price])).toEqual([]);
});

test('a fill told twice is booked once', () => {
  const story = new Scenario();
  const order = story.enter('long');
  story.fill(order, 'buy', '1', '50000', { trade: 'same' });
  expect(story.fill(order, 'buy', '1', '50000', { trade: 'same' })).toEqual([]);
  story.restart();
  expect(story.fill(order, 'buy', '1', '50000', { trade: 'same' })).toEqual([]);
  expect(story.engine.books.positions()[0]?.quantity.toString()).toBe('1');
});

test('a trade id that comes again with other numbers is not booked and stops new exposure there', () => {
  const story = new Scenario();
  const order = story.enter('long');
  story.fill(order, 'buy', '1', '50000', { trade: 'same' });
  expect(story.fill(order, 'buy', '2', '50000', { trade: 'same' })).toMatchObject([
    { type: 'TradingModeChanged', scope: { kind: 'instrument', instrument: BTC }, mode: 'reducing' },
  ]);
  expect(story.engine.books.positions()[0]?.quantity.toString()).toBe('1');
});

test('partial fills of one entry build one position, guarded from the first', () => {
  const story = new Scenario();
  const order = story.enter('long', { ...PLAN, stopPrice: d('49900') });
  expect(types(story.fill(order, 'buy', '0.4', '50000', { leaves: '0.6' }))).toEqual([
    'PositionOpened',
    'EquityMarked',
  ]);
  expect(types(story.fill(order, 'buy', '0.6', '50010'))).toEqual([
    'PositionIncreased',
    'EquityMarked',
    'ProtectPosition',
  ]);
  expect(story.engine.books.positions()).toMatchObject([{ strategy: 'hierarchical', direction: 'long' }]);
  expect(story.engine.books.positions()[0]?.averagePrice.toString()).toBe('50006');
  expect(story.engine.books.stops()[0]?.stopPrice.toString()).toBe('49900');
});

test('an addition planned with a tighter stop narrows it, one with a wider stop changes nothing', () => {
  const story = new Scenario();
  story.open('long', '1', '50000');
  const tighter = story.enter('long', { ...PLAN, stopPrice: d('49900') });
  expect(one(story.fill(tighter, 'buy', '1', '50000'), 'StopMoved').to.toString()).toBe('49900');
  const wider = story.enter('long', { ...PLAN, stopPrice: d('48000') });
  expect(types(story.fill(wider, 'buy', '1', '50000'))).toEqual(['PositionIncreased', 'EquityMarked']);
});

test('a fill beyond what is held closes it and opens the other way, each with its share of the fee', () => {
  const story = new Scenario();
  story.open('long', '1', '50000');
  const reversal = story.enter('short', { ...PLAN, stopPrice: d('50200') });
  const out = story.fill(reversal, 'sell', '3', '50100', { fee: '3' });
  expect(types(out).slice(0, 2)).toEqual(['PositionClosed', 'PositionOpened']);
  const closed = one(out, 'PositionClosed');
  expect(closed).toMatchObject({ reason: 'external' });
  expect(closed.netPnl.toString()).toBe('99');
  const opened = one(out, 'PositionOpened');
  expect(opened.position).toMatchObject({ direction: 'short' });
  expect(opened.position.quantity.toString()).toBe('2');
  expect(opened.position.fees.toString()).toBe('2');
  expect(opened.stopPrice.toString()).toBe('50200');
  expect(opened.position.id).not.toBe(closed.position.id);
});

test('a position from an order we never placed is guarded at the house distance', () => {
  const story = new Scenario();
  const opened = one(story.fill('foreign', 'sell', '1', '50000'), 'PositionOpened');
  expect(opened.position).toMatchObject({ strategy: 'external', direction: 'short' });
  expect(opened.stopPrice.toString()).toBe('50250');
});

test.each([
  ['a distance of nothing', { trailing: d('0') }],
  ['a distance of everything', { trailing: d('1') }],
  ['a stop at nothing', { stopPrice: d('0') }],
])('a plan with %s still leaves the position guarded', (_, change) => {
  const story = new Scenario();
  story.open('long', '1', '50000', { ...PLAN, ...change });
  expect(story.engine.books.stops()[0]?.stopPrice.toString()).toBe('49750');
});

test('a fee in the base of a spot buy shrinks the position and costs its value', () => {
  const story = new Scenario();
  const order = story.enter('long', { ...PLAN, stopPrice: d('1900') }, 0, ETH);
  story.fill(order, 'buy', '1', '2000', { id: ETH, fee: '0.001', feeAsset: 'ETH' });
  const position = story.engine.books.positions()[0]!;
  expect([position.quantity.toString(), position.fees.toString()]).toEqual(['0.999', '2']);
});

test('a fee in the base of a spot sell is taken from what is left, and the cash of the sale adds up', () => {
  const story = new Scenario();
  story.open('long', '2', '2000', { ...PLAN, stopPrice: d('1900') }, ETH);
  story.fill('elsewhere', 'sell', '1', '2010', { id: ETH, fee: '0.001', feeAsset: 'ETH' });
  const position = story.engine.books.positions()[0]!;
  expect(position.quantity.toString()).toBe('0.999');
  // 1 sold for 2,010 and 0.001 given away: 2,010 less the cost of 1.001.
  expect(position.realized.minus(position.fees).toString()).toBe('8');
});

test.each([
  ['set aside where it is dust', '0.002', []],
  ['bought back where it is more', '0.003', ['0.003']],
] as const)('a fee in the base of a spot exit of everything is owed, and %s', (_, fee, bought) => {
  const story = new Scenario();
  story.open('long', '2', '2000', { ...PLAN, stopPrice: d('1990') }, ETH);
  story.prices(ETH, [1, 1_980]);
  const exit = story.obey(story.commands[0]!, 1);
  story.fill(exit, 'sell', '2', '1980', { id: ETH, fee, feeAsset: 'ETH', seconds: 1 });
  const owed = story.commands.slice(1);
  expect(owed.map(({ quantity, direction }) => [`${quantity}`, direction])).toEqual(
    bought.map((quantity) => [quantity, 'short']),
  );
  expect(story.engine.books.positions()).toHaveLength(bought.length);
});

test('a fee in the base of a perpetual is a cost and leaves the size alone', () => {
  const story = new Scenario();
  story.fill('a', 'buy', '1', '50000', { fee: '0.001', feeAsset: 'BTC' });
  const position = story.engine.books.positions()[0]!;
  expect([position.quantity.toString(), position.fees.toString()]).toEqual(['1', '50']);
});

test('adds up what each strategy made', () => {
  const story = new Scenario();
  story.open('long', '1', '50000');
  story.fill('elsewhere', 'sell', '1', '50500', { fee: '5' });
  story.open('short', '1', '50000', { ...PLAN, stopPrice: d('51000') });
  const totals = story.engine.account.equity.totals();
  expect([totals.realized.toString(), totals.fees.toString()]).toEqual(['500', '5']);
  expect(totals.byStrategy.get('hierarchical')?.realized.toString()).toBe('500');
});

test('refuses a fill without rules for its instrument or with impossible numbers, changing nothing', () => {
  const story = new Scenario();
  const other = SETTINGS.instruments.get(BTC)!;
  const narrow = new Scenario({ ...SETTINGS, instruments: new Map([[ETH, { ...other, id: ETH }]]) });
  expect(() => narrow.fill('a', 'buy', '1', '50000')).toThrow('instrument = "binance.perp.BTCUSDT"');
  const before = story.engine.snapshot();
  expect(() => story.fill('a', 'buy', '0', '50000')).toThrow('fill = ');
  expect(story.engine.snapshot()).toEqual(before);
});

test('passes over what concerns another account', () => {
  const story = new Scenario({ ...SETTINGS, account: accountId('somebody-else') });
  expect(story.open('long', '1', '50000')).toEqual([]);
  expect(story.engine.books.positions()).toEqual([]);
});

test('marks equity at the start, at every change, and every ten seconds while something is open', () => {
  const story = new Scenario();
  expect(types(story.prices(BTC, [0, 50_000]))).toEqual(['EquityMarked']);
  expect(story.prices(BTC, [60, 50_000])).toEqual([]);
  story.open('long', '1', '50000');
  const opened = 60;
  expect(types(story.prices(BTC, [opened + 9.9, 50_010]))).toEqual(['StopMoved']);
  const marks = story.prices(BTC, [opened + 10, 50_020], [opened + 15, 50_020], [opened + 21, 50_030]);
  expect(types(marks).filter((type) => type === 'EquityMarked')).toHaveLength(2);
});

test('equity is the start plus realised less fees plus unrealised', () => {
  const story = new Scenario();
  story.fill('a', 'buy', '2', '50000', { fee: '40' });
  story.fill('b', 'sell', '1', '50100', { fee: '20' });
  expect(story.prices(BTC, [20, 50_050]).at(-2)).toMatchObject({ type: 'EquityMarked' });
  const mark = story.log.findLast((event) => event.type === 'EquityMarked');
  expect([mark?.equity, mark?.realized, mark?.unrealized].map(String)).toEqual(['100090', '100', '50']);
  expect(mark?.timeUs).toBe(at(20));
});
