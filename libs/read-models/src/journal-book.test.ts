import type { Fact } from '@algo/contracts';
import {
  canonicalJson,
  clientOrderId,
  decisionId,
  type EntryCause,
  type Fill,
  type MarketState,
  type OrderEvent,
  positionId,
  signalId,
  venueOrderId,
  venueTradeId,
} from '@algo/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JournalBook, JournalHash, type ToldFact } from './journal-book.ts';
import { account, d, decided, fact, instrument, stopMoved, submitted } from './testing/journal-facts.ts';

/** What a journal of these facts tells, handed out at once. */
function book(...facts: Fact[]) {
  const made = new JournalBook();
  for (const each of facts) made.take(each);
  const told = made.handOut();
  const lines = told.flatMap(({ line }) => line ?? []);
  return {
    lines: () => lines,
    words: () => told.map(({ words }) => words),
    hash() {
      const hash = new JournalHash();
      for (const line of lines) hash.take(line);
      return hash.end();
    },
  };
}
const kinds = (lines: readonly string[]) =>
  lines.map((line) => (JSON.parse(line) as { readonly kind: string }).kind);

test('the epoch of the process that sent an order does not show', () => {
  expect(book(fact(submitted(1))).lines()).toEqual(book(fact(submitted(7))).lines());
});

test('free words about an order, which may tell of lives and clocks, do not show; codes do', () => {
  const denied = (detail: string, code: 'GATE_CLOSED' | 'HALTED' = 'GATE_CLOSED') =>
    book(
      fact({
        ...{ type: 'OrderDenied', clientOrderId: clientOrderId('aorder'), account, instrument },
        ...{ commandId: 'c1', intent: 'entry', denial: { code, detail }, timeUs: 10 },
      }),
    );
  expect(denied('epoch=1 lease=ending').hash()).toBe(denied('epoch=2 lease=ending').hash());
  expect(denied('', 'HALTED').hash()).not.toBe(denied('').hash());
});

test('OrderUnknown tells of the transport and is no part of the journal', () => {
  const { clientOrderId: id } = submitted(1);
  const unknown = {
    type: 'OrderUnknown',
    clientOrderId: id,
    account,
    instrument,
    timeUs: 10,
    reason: 'timeout',
  } as const;
  expect(book(fact(unknown)).lines()).toEqual([]);
});

test('a decision stands before the order it caused in the same microsecond', () => {
  expect(kinds(book(fact(submitted(1)), decided()).lines())).toEqual(['DecisionMade', 'OrderSubmitted']);
});

test('the next attempt of an entry says so and names the one before; a first one says nothing of it', () => {
  const first = submitted(1);
  const retryOf = clientOrderId('abefore');
  expect(book(fact(first)).lines()[0]).not.toContain('retryOf');
  const next = book(fact({ ...first, retryOf } as OrderEvent));
  expect(next.lines()[0]).toContain('"retryOf":"abefore"');
  expect(next.words().join()).toContain('entry priced anew: buy 1.5');
});

test('whatever order events were read in, the journal and its hash are the same', () => {
  const facts = [
    decided(),
    fact(submitted(1)),
    fact(submitted(1, 11)),
    fact(stopMoved(12, '99.5')),
    fact(stopMoved(12, '99.7')),
    fact(stopMoved(13, '99.8')),
    ...wholeLife(),
  ];
  const ordered = book(...facts);
  fc.assert(
    fc.property(fc.shuffledSubarray(facts, { minLength: facts.length }), (shuffled) => {
      expect(book(...shuffled).lines()).toEqual(ordered.lines());
      expect(book(...shuffled).words()).toEqual(ordered.words());
      expect(book(...shuffled).hash()).toBe(ordered.hash());
    }),
    { numRuns: 30 },
  );
});

test('handed out as it comes, a journal tells the same, and holds only what is not due', () => {
  const facts = Array.from({ length: 20 }, (_, i) => [
    decided({ id: decisionId(`d${i}`), timeUs: 10 * i, outcome: { type: 'accepted', commandId: `c${i}` } }),
    // An order may say an earlier time than what asked for it.
    fact({
      ...submitted(1, 10 * i - 5),
      clientOrderId: clientOrderId(`a${i}`),
      commandId: `c${i}`,
    } as OrderEvent),
  ]).flat();
  const asItComes = new JournalBook();
  const told: ToldFact[] = [];
  for (const [i, each] of facts.entries()) {
    asItComes.take(each);
    told.push(...asItComes.handOut(5 * i - 20));
    expect(asItComes.size).toBeLessThan(8);
  }
  told.push(...asItComes.handOut());
  expect(told.map(({ words }) => words)).toEqual(book(...facts).words());
});

test('one changed number changes the hash', () => {
  const one = book(fact(stopMoved(12, '99.5')));
  const other = book(fact(stopMoved(12, '99.50001')));
  expect(one.hash()).not.toBe(other.hash());
});

test('the hash is SHA-256 over the lines with their line breaks', () => {
  expect(book().hash()).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});

test('canonical JSON sorts keys at every depth and drops the epoch at every depth', () => {
  const value = { b: 1, a: { epoch: 3, d: [{ z: 1, y: null }], c: d('1.50') } };
  expect(canonicalJson(value, ['epoch'])).toBe('{"a":{"c":"1.5","d":[{"y":null,"z":1}]},"b":1}');
});

/**
 * A trade from signal to close, all in one microsecond but where a service's clock was a little behind: the
 * sent order says an earlier time than the decision that asked for it.
 */
function wholeLife(): Fact[] {
  const at = 1_750_507_467_356_000;
  const state = { instrument, timeUs: at, price: 100 } as MarketState;
  const life = positionId('p2');
  const order = (id: string, intent: 'entry' | 'exit', timeUs: number): OrderEvent => {
    const base = submitted(1, timeUs) as Extract<OrderEvent, { type: 'OrderSubmitted' }>;
    const side = intent === 'entry' ? 'buy' : 'sell';
    return {
      ...base,
      ...{ clientOrderId: clientOrderId(id), intent, commandId: intent === 'entry' ? 'c9' : 'close-1' },
      position: intent === 'entry' ? null : life,
      request: { ...base.request, clientOrderId: clientOrderId(id), side },
    };
  };
  const filled = (id: string, side: Fill['side'], price: string): OrderEvent => ({
    ...{ type: 'OrderFilled', clientOrderId: clientOrderId(id), account, instrument, timeUs: at },
    ...{ cumulative: d('1.5'), leaves: d('0') },
    fill: {
      ...{
        venueTradeId: venueTradeId(`t${id}`),
        clientOrderId: clientOrderId(id),
        account,
        instrument,
        side,
      },
      ...{ venueOrderId: venueOrderId('v1'), quantity: d('1.5'), price: d(price), fee: d('0.1') },
      ...{ feeAsset: 'USD', liquidity: 'taker', timeUs: at },
    },
  });
  const held = { ...stopMoved(at, '99').position, id: life, openedUs: at };
  const close = { reason: 'trailing_stop', timeUs: at, position: held } as const;
  return [
    { name: 'SignalGenerated', body: { id: signalId('s9'), direction: 'long', state } },
    decided({
      ...{ id: decisionId('d9'), signal: signalId('s9'), timeUs: at },
      outcome: { type: 'accepted', commandId: 'c9' },
    }),
    fact(order('aentry', 'entry', at - 250_000)),
    fact(filled('aentry', 'buy', '100')),
    fact({ type: 'PositionOpened', position: held, timeUs: at, stopPrice: d('99') }),
    fact({ ...stopMoved(at, '99.5'), position: held }),
    fact({ type: 'ExitTriggered', ...close, detail: null, triggerPrice: d('99.4'), level: d('99.5') }),
    fact(order('aexit', 'exit', at - 250_000)),
    fact(filled('aexit', 'sell', '99.4')),
    fact({
      ...{ type: 'PositionClosed', ...close, exitPrice: d('99.4'), netPnl: d('-1.1') },
      returnPercent: d('-0.733333'),
    }),
  ];
}

test('a trade is told in plain words, cause before effect, although its times would say otherwise', () => {
  const lines = book(...wholeLife().toReversed()).words();
  expect(
    lines.map((line) => line.replace(/^2025-06-21 12:04:27\.\d{3} {2}synthetic\.spot\.ALGOUSD {2}/, '')),
  ).toEqual([
    'signal: long at 100',
    'decided: long at 100 by s1, confluence 4.5 of 10 (high)',
    'entry sent: buy 1.5 at the market (ioc)',
    'entry filled: buy 1.5 at 100, fee 0.1 USD, complete',
    'position opened: long 1.5 at 100, stop 99',
    'stop moved: 99 → 99.5, best price 101',
    'exit wanted: trailing stop, price 99.4 at level 99.5',
    'exit sent: sell 1.5 at the market (ioc)',
    'exit filled: sell 1.5 at 99.4, fee 0.1 USD, complete',
    'position closed: long at 99.4, result -1.1 (-0.73 %), trailing stop',
  ]);
});

test('why nothing was traded is told with the level, the reason and the points', () => {
  const outcome = { type: 'refused', code: 'POSITION_OPEN', detail: 'p1' } as const;
  expect(book(decided({ level: 2, outcome })).words()[0]).toMatch(
    /no trade by s1, stopped at level 2: position open \(p1\), confluence 4.5 of 10 \(high\)$/,
  );
});

test('why entries do not pass is told in words, and is no part of the canonical lines', () => {
  const cause: EntryCause = {
    ...{ code: 'NO_GUARD', scope: { kind: 'account', account }, sinceUs: 9, untilUs: null },
    ...{ lift: 'itself', detail: '' },
  };
  const said: Fact = { name: 'EntryStanding', body: { account, causes: [cause], more: 0, timeUs: 9 } };
  const told = book(said, decided());
  expect(told.words()[0]).toMatch(/paper-main {2}entries stopped: account:paper-main: position-risk/);
  expect(told.lines()).toEqual(book(decided()).lines());
});

test('a denied exit is told apart from a denied entry', () => {
  const denied = (commandId: string, intent: 'entry' | 'exit'): Fact =>
    fact({
      ...{ type: 'OrderDenied', clientOrderId: clientOrderId(`a${commandId}`), account, instrument },
      ...{ commandId, intent, denial: { code: 'HALTED', detail: '' }, timeUs: 10 },
    });
  const lines = book(decided(), denied('c1', 'entry'), denied('close-1', 'exit')).words();
  expect(lines.map((line) => line.split('  ')[2])).toEqual([
    expect.stringContaining('decided'),
    'entry denied: halted',
    'exit denied: halted',
  ]);
});

test('a fill of an order that we never sent is told as somebody else’s', () => {
  const [line] = book(...wholeLife().filter(({ name }) => name === 'OrderFilled')).words();
  expect(line).toMatch(/somebody else's order filled: buy 1.5 at 100/);
});
