import { type BookDifference, clientOrderId, instrumentId } from '@algo/model';
import { expect, test } from 'vitest';
import type { CorrectBooks } from './corrections.ts';
import { ExecutionEngine } from './execution-engine.ts';
import type { ExecutionInput } from './execution-io.ts';
import { asks, compare, corrections, differs, held, repair, shown } from './testing/compared.ts';
import {
  ACCOUNT,
  close,
  d,
  denial,
  filled,
  fillOf,
  gate,
  holding,
  LTC,
  place,
  price,
  S,
  SETTINGS,
  sent,
  told,
  types,
  wall,
} from './testing/execution-scenario.ts';

/** By the venue of the scenario. */
const S_STALE = 10;

test('what is gone leaves the books when it was found twice, far enough apart, and not before', () => {
  const { engine } = holding();
  expect(corrections(compare(engine, 31, differs()))).toEqual([]);
  expect(corrections(compare(engine, 34, differs()))).toEqual([]);
  expect(held(engine)).toEqual(['10']);
  const said = corrections(compare(engine, 31 + S_STALE, differs()));
  expect(said).toMatchObject([{ instrument: LTC, before: d('10'), own: d('0'), reason: 'gone', by: null }]);
  expect(held(engine)).toEqual([]);
  expect(denial(engine.handle(close(9, { timeUs: 50 * S })))).toBe('NO_POSITION');
});

test('what fills of the venue explain is corrected at once, but by no books older than ours', () => {
  const { engine } = holding();
  const explained = differs({ held: d('7'), left: d('3'), isExplained: true });
  expect(corrections(shown(engine, 31, 0, explained))).toEqual([]);
  const said = corrections(compare(engine, 34, explained));
  expect(said).toMatchObject([{ own: d('3'), beside: d('4'), reason: 'gone', by: null }]);
  expect(held(engine)).toEqual(['3']);
});

test('what turned our position over is nobody’s yet: the next comparison asks a person of it', () => {
  const { engine } = holding();
  const turned = differs({ held: d('-3'), left: d('0'), isExplained: true });
  expect(corrections(compare(engine, 31, turned))).toMatchObject([{ own: d('0'), beside: d('0') }]);
  const rest = differs({ own: d('0'), held: d('-3'), cure: 'person' });
  expect(corrections(compare(engine, 62, rest))).toEqual([]);
  expect(denial(engine.handle(place(9, { timeUs: 62 * S })))).toBe('BOOKS_DIFFER');
});

/** Tells of a sale that none of ours made, of that many seconds; returns what is said. */
const tell = (of: ExecutionEngine, trade: string, quantity: string, seconds: number) => {
  const order = { account: ACCOUNT, instrument: LTC, side: 'sell' } as const;
  const fill = fillOf(
    { ...order, clientOrderId: clientOrderId(`web_${trade}`) },
    trade,
    quantity,
    seconds * S,
  );
  return types(of.handle({ type: 'VenueFilled', fill, cumulative: fill.quantity }));
};

test('what others did up to a comparison is in what it corrected, however late it is told', () => {
  const { engine } = holding();
  compare(engine, 31, differs({ held: d('7'), left: d('3'), isExplained: true }));
  // What took more than is ours, and what took less: both are in it already.
  for (const [trade, quantity] of [
    ['x1', '8'],
    ['x2', '2'],
  ] as const)
    expect(tell(engine, trade, quantity, 30)).toEqual(['OrderQuarantined']);
  const next = new ExecutionEngine(SETTINGS, engine.snapshot());
  expect([held(engine), held(next)]).toEqual([['3'], ['3']]);
  expect(tell(next, 'x3', '2', 32)).toContain('OrderFilled');
  expect(held(next)).toEqual(['1']);
});

test.each<[string, Partial<BookDifference>]>([
  ['another quantity', { held: d('4') }],
  ['another cure', { cure: 'person' }],
])('a second comparison that finds %s begins anew', (_, change) => {
  const { engine } = holding();
  compare(engine, 31, differs());
  expect(corrections(compare(engine, 31 + S_STALE, differs(change)))).toEqual([]);
  expect(corrections(compare(engine, 62 + S_STALE, differs()))).toEqual([]);
  expect(held(engine)).toEqual(['10']);
});

test('nothing is concluded while an order is on its way, nor from a book that has changed since', () => {
  const { engine } = holding();
  compare(engine, 31, differs());
  engine.handle(price(35 * S));
  const exit = sent(engine.handle(close(5, { timeUs: 35 * S })));
  expect(corrections(compare(engine, 32 + S_STALE, differs()))).toEqual([]);
  engine.handle(filled(exit, 'out', '10', '10', 45 * S));
  expect(corrections(compare(engine, 90, differs()))).toEqual([]);
  expect(held(engine)).toEqual([]);
});

test.each<[string, Partial<BookDifference>, object, readonly string[]]>([
  ['dust', { held: d('9.99') }, { own: d('9.99'), reason: 'dust' }, ['9.99']],
  ['a part', { held: d('4') }, { own: d('4'), reason: 'gone' }, ['4']],
  ['what lay beside it', { cure: 'beside', held: d('12') }, { beside: d('2'), own: d('10') }, ['10']],
  ['the guard', { cure: 'restate', held: d('10') }, { own: d('10'), reason: 'restated' }, ['10']],
])('corrects %s', (_, change, expected, after) => {
  const { engine } = holding();
  compare(engine, 31, differs(change));
  expect(corrections(compare(engine, 31 + S_STALE, differs(change)))).toMatchObject([expected]);
  expect(held(engine)).toEqual(after);
});

test('fills that explain a difference are fetched, and booked as any', () => {
  const { engine } = holding();
  const out = compare(engine, 31, differs({ cure: 'fetch' }));
  expect(types(out)).toContain('FetchFills');
  const sold = fillOf(
    { clientOrderId: clientOrderId('web-1'), account: ACCOUNT, instrument: LTC, side: 'sell' },
    'by-hand',
    '10',
    30 * S,
  );
  engine.handle({ type: 'FillsFetched', answer: { type: 'answered', fills: [sold] } });
  expect(held(engine)).toEqual([]);
});

test.each<[CorrectBooks['how'], string, string, string]>([
  ['adopt', '13', '13', '0'],
  ['acknowledge', '13', '10', '3'],
  ['forget', '13', '0', '13'],
])('%s: of what the venue holds, %s, ours are %s and %s lie beside', (how, there, own, beside) => {
  const { engine } = holding();
  compare(engine, 31, differs({ cure: 'person', held: d(there) }));
  const out = asks(engine, repair(how));
  expect(corrections(out)).toMatchObject([
    { own: d(own), beside: d(beside), by: 'Ada', commandId: `${how}-1` },
  ]);
  // The books are compared again at once, so that the instrument opens when they agree.
  expect(types(out).slice(-2)).toEqual(['ReconciliationRequested', 'CommandObeyed']);
  expect(corrections(asks(engine, repair(how)))).toEqual([]);
});

test('a person settles what was compared: what others did since takes of ours, however late', () => {
  const { engine } = holding();
  compare(engine, 31, differs({ cure: 'person', held: d('13') }));
  engine.handle(told(40 * S));
  expect(corrections(asks(engine, repair('acknowledge')))).toMatchObject([
    { own: d('10'), beside: d('3'), settledUs: 31 * S },
  ]);
  expect(tell(engine, 'x1', '2', 30)).toEqual(['OrderQuarantined']);
  const next = new ExecutionEngine(SETTINGS, engine.snapshot());
  expect(tell(next, 'x2', '2', 35)).toContain('OrderFilled');
  expect(held(next)).toEqual(['8']);
  // More than is ours: the venue may hold nothing any more, so nothing leaves before it was asked.
  tell(next, 'x3', '12', 36);
  expect(denial(next.handle(close(9, { timeUs: 40 * S })))).toBe('BOOKS_DIFFER');
});

test('a person may have a position forgotten whose books agree: nothing guards it from then on', () => {
  const { engine } = holding();
  expect(corrections(asks(engine, repair('forget')))).toMatchObject([{ own: d('0'), beside: d('10') }]);
});

test.each<[string, CorrectBooks, string]>([
  [
    'nothing differs',
    repair('adopt'),
    'nothing to adopt: ours are 10, beside them 0, and the venue holds 10',
  ],
  [
    'the instrument is none of ours',
    repair('forget', { instrument: instrumentId('binance.spot.ABC') }),
    'There are synthetic.spot.LTCUSDT, synthetic.perp.BTCUSDT.',
  ],
  ['its time is over', repair('forget', { expiresWallUs: 30 * S }), 'nothing was done'],
])('a command is refused when %s, and changes nothing', (_, command, words) => {
  const { engine } = holding();
  const refused = asks(engine, command).find((one) => one.type === 'CommandRefused');
  expect(refused?.type === 'CommandRefused' && refused.reason).toContain(words);
  expect(held(engine)).toEqual(['10']);
});

test('an execution that another one took over from corrects nothing, and says so', () => {
  const { engine } = holding();
  engine.handle(gate(2, 1));
  const out = asks(engine, repair('forget'));
  expect(types(out).slice(-1)).toEqual(['CommandRefused']);
  expect(corrections(out)).toEqual([]);
  expect(held(engine)).toEqual(['10']);
});

test('a command is refused while an order of the instrument is on its way', () => {
  const { engine } = holding();
  sent(engine.handle(close(2)));
  const refused = asks(engine, repair('forget')).find((one) => one.type === 'CommandRefused');
  expect(refused?.type === 'CommandRefused' && refused.reason).toContain('algo cancel');
});

test.each(['adopt', 'forget'] as const)('to %s is refused while fills are to be booked', (how) => {
  const { engine } = holding();
  compare(engine, 31, differs({ cure: 'fetch', held: d('0') }));
  const refused = asks(engine, repair(how)).find((one) => one.type === 'CommandRefused');
  expect(refused?.type === 'CommandRefused' && refused.reason).toContain('still to be booked');
  expect(held(engine)).toEqual(['10']);
});

test('a dry run asks and opens nothing; a run that a person asked for is the one that counts', () => {
  const { engine } = holding();
  const run = (commandId: string, dryRun: boolean) => {
    engine.handle({
      ...{ type: 'CompareBooks', commandId, account: ACCOUNT, dryRun, reason: 'look', by: 'Ada' },
      ...{ timeUs: 2 * S, expiresWallUs: 60 * S },
    });
    const out = engine.handle(wall(commandId, 3 * S));
    const passed = gate() as Extract<ExecutionInput, { type: 'ReconciliationCompleted' }>;
    const shut = [{ instrument: LTC, reason: 'it differs', shutsExits: true, orders: [] }];
    engine.handle({ ...passed, requestId: commandId, shut });
    return types(out);
  };
  expect(run('dry', true)).toEqual(['ReconciliationRequested', 'CommandObeyed']);
  expect(denial(engine.handle(close(3, { timeUs: 2 * S })))).toBeNull();
  expect(run('wet', false)).toEqual(['ReconciliationRequested', 'CommandObeyed']);
  expect(denial(engine.handle(close(4, { timeUs: 2 * S })))).toBe('BOOKS_DIFFER');
});

test('what waits to be found again outlives a restart', () => {
  const { engine } = holding();
  compare(engine, 31, differs());
  const next = new ExecutionEngine(SETTINGS, engine.snapshot());
  expect(corrections(compare(next, 31 + S_STALE, differs()))).toHaveLength(1);
});
