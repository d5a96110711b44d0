import { type ClientOrderId, type Instrument, instrumentId } from '@algo/model';
import { expect, test } from 'vitest';
import type { ExecutionEngine } from './execution-engine.ts';
import { ASKS_AT_ONCE_MAX } from './order-audit.ts';
import {
  d,
  INSTRUMENT_LIMITS,
  LIMITS,
  lookedUp,
  place,
  price,
  ready,
  S,
  SETTINGS,
  sent,
  submitted,
  told,
} from './testing/execution-scenario.ts';

/** More than are asked about at once, and more than twice. */
const DOUBTFUL = 2 * ASKS_AT_ONCE_MAX + 5;

/** An engine whose every entry, one in each instrument, is in doubt. */
function allInDoubt(): { readonly engine: ExecutionEngine; readonly ids: readonly ClientOrderId[] } {
  const [like] = SETTINGS.instruments as [Instrument];
  const instruments = Array.from({ length: DOUBTFUL }, (_, n): Instrument => {
    const id = instrumentId(`synthetic.spot.A${n}USDT`);
    return { ...like, id, symbol: `A${n}USDT`, base: `A${n}` };
  });
  const limits = {
    ...LIMITS,
    byInstrument: new Map(instruments.map(({ id }) => [id, INSTRUMENT_LIMITS])),
    ...{ positionsMax: 1_000, grossNotionalMax: d('1000000'), entriesPerMinuteMax: 1_000 },
    ...{ unknownOrdersMax: 1_000, venue: { ...LIMITS.venue, openOrdersMax: 1_000 } },
  };
  const engine = ready({ instruments, limits });
  const ids = instruments.map(({ id: instrument }, n) => {
    engine.handle(price(0.9 * S, 83, instrument));
    const entry = engine.handle(place(n, { instrument, timeUs: S, expiresUs: 5 * S }));
    return sent(entry).clientOrderId;
  });
  for (const id of ids) engine.handle(submitted(id, 'unknown', S));
  for (const id of ids) engine.handle(lookedUp(id, { type: 'failed', reason: 'timeout' }, S));
  return { engine, ids };
}

test('however many orders are in doubt, an input asks about so many, the next about others', () => {
  const { engine, ids } = allInDoubt();
  const asked = [4, 4.1, 4.2].map((at) =>
    engine.handle(told(at * S)).flatMap((one) => (one.type === 'LookUpOrder' ? [one.clientOrderId] : [])),
  );
  expect(asked.map(({ length }) => length)).toEqual([ASKS_AT_ONCE_MAX, ASKS_AT_ONCE_MAX, 5]);
  expect(new Set(asked.flat())).toEqual(new Set(ids));
  // Nobody has answered yet: nobody is asked about twice.
  expect(engine.handle(told(10 * S))).toEqual([]);
});
