import { type InstrumentRules, rulesOf } from '@algo/model';
import { expect, test } from 'vitest';
import { ExecutionEngine } from './execution-engine.ts';
import type { ExecutionInput } from './execution-io.ts';
import {
  close,
  d,
  denial,
  filled,
  LTC,
  place,
  ready,
  S,
  SETTINGS,
  sent,
} from './testing/execution-scenario.ts';

const BEFORE = rulesOf(SETTINGS.instruments.find(({ id }) => id === LTC)!);
const changed = (change: Partial<InstrumentRules>): ExecutionInput => ({
  ...{ type: 'InstrumentChanged', feed: 'synthetic', instrument: LTC, timeUs: 2 * S },
  ...{ before: BEFORE, after: { ...BEFORE, ...change } },
});
const causes = (engine: ExecutionEngine) =>
  (engine.standing.news()?.causes ?? []).map(({ code, scope }) => ({ code, scope }));
const SHUT = [{ code: 'INSTRUMENT_SHUT', scope: { kind: 'instrument', instrument: LTC } }];

test.each(['suspended', 'delisted'] as const)(
  '%s: entries are shut, and say so; exits are sent',
  (listing) => {
    const engine = ready();
    const entry = sent(engine.handle(place(1, { timeUs: S })));
    engine.handle(filled(entry, 't1', `${entry.quantity}`, `${entry.quantity}`, 1.5 * S));
    engine.handle(changed({ listing }));
    expect(causes(engine)).toEqual(SHUT);
    expect(denial(engine.handle(place(2, { timeUs: 2 * S })))).toBe('INSTRUMENT_SHUT');
    expect(causes(new ExecutionEngine(SETTINGS, engine.snapshot()))).toEqual([]); // said already
    expect(denial(new ExecutionEngine(SETTINGS, engine.snapshot()).handle(place(3, { timeUs: 2 * S })))).toBe(
      'INSTRUMENT_SHUT',
    );
    expect(denial(engine.handle(close(4, { timeUs: 2 * S })))).toBeNull();
  },
);

test('it is entered again when the exchange trades it again', () => {
  const engine = ready();
  engine.handle(changed({ listing: 'suspended' }));
  engine.handle(changed({}));
  expect(denial(engine.handle(place(1, { timeUs: 2 * S })))).toBeNull();
});

test('an entry is cut to the new step, and priced on the new tick', () => {
  const engine = ready();
  engine.handle(changed({ quantityStep: d('0.5'), priceTick: d('0.5') }));
  const order = sent(engine.handle(place(1, { timeUs: 2 * S, quantity: d('1.7'), limitPrice: d('83.2') })));
  expect([`${order.quantity}`, `${order.limitPrice}`]).toEqual(['1.5', '83']);
});
