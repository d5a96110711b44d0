import { type ClosePosition, Decimal } from '@algo/model';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { PositionRiskOutput } from './position-risk-io.ts';
import {
  ACCOUNT,
  at,
  BTC,
  d,
  ETH,
  PLAN,
  Scenario,
  SETTINGS,
  trades,
} from './testing/position-risk-scenario.ts';

/** One thing that may happen; numbers are drawn wide and folded into sense where they are used. */
const steps = fc.array(
  fc.record({
    kind: fc.constantFrom(
      'trades',
      'trades',
      'trades',
      'enter',
      'fill',
      'foreign',
      'obey',
      'exit-fill',
      'exit-end',
      'unknown',
      'reject',
      'deny',
      'time',
      'flatten',
      'lift',
    ),
    eth: fc.boolean(),
    short: fc.boolean(),
    amount: fc.integer({ min: 1, max: 3_000 }),
    drift: fc.array(fc.integer({ min: -80, max: 80 }), { minLength: 1, maxLength: 5 }),
    gap: fc.integer({ min: 0, max: 8_000 }),
  }),
  { minLength: 1, maxLength: 60 },
);
type Step = typeof steps extends fc.Arbitrary<(infer S)[]> ? S : never;

/** A hold time of 20 ms that ends between two trades of one batch, both of which move the stop. */
const HOLD_ENDS_IN_A_BATCH: Step[] = [
  { kind: 'enter', eth: true, short: false, amount: 1, drift: [0], gap: 0 },
  { kind: 'fill', eth: true, short: false, amount: 3, drift: [0], gap: 0 },
  { kind: 'trades', eth: true, short: false, amount: 1, drift: [1, 1], gap: 20 },
];

/** Plays random steps; prices walk per instrument and time only advances. */
class Player {
  readonly story = new Scenario();
  #seconds = 0;
  #steps = 0;
  readonly #price = { [BTC]: 50_000, [ETH]: 2_000 };
  #order = 'foreign-0';
  #exit: { order: string; command: ClosePosition } | null = null;

  play(step: Step): PositionRiskOutput[] {
    const { story } = this;
    const before = story.log.length;
    this.#seconds += step.gap / 1_000;
    const id = step.eth ? ETH : BTC;
    const amount = Decimal.scaled(BigInt(step.amount), 3).toString();
    const number = ++this.#steps;
    const last = story.commands.at(-1);
    const exit = this.#exit;
    const price = this.#price[id]!.toFixed(2);
    const seconds = this.#seconds;
    switch (step.kind) {
      case 'trades':
        story.prices(
          id,
          ...step.drift.map((permille): [number, number] => [seconds, this.#walk(id, permille)]),
        );
        break;
      case 'enter':
        this.#order = story.enter(step.short ? 'short' : 'long', this.#plan(step, price), seconds, id);
        break;
      case 'fill':
      case 'foreign':
        story.fill(
          step.kind === 'fill' ? this.#order : 'foreign',
          step.short ? 'sell' : 'buy',
          amount,
          price,
          {
            id,
            seconds,
            fee: '0.01',
          },
        );
        break;
      case 'obey':
        if (last !== undefined) this.#exit = { order: story.obey(last, seconds), command: last };
        break;
      case 'exit-fill':
        if (exit !== null)
          story.fill(exit.order, exit.command.direction === 'long' ? 'sell' : 'buy', amount, price, {
            id: exit.command.instrument,
            seconds,
            leaves: step.short ? '0' : '1',
          });
        break;
      case 'exit-end':
        if (exit !== null) story.ended('OrderCanceled', exit.order, step.short ? '0' : amount, seconds);
        break;
      case 'unknown':
        if (exit !== null) story.order('OrderUnknown', exit.order, seconds);
        break;
      case 'reject':
        if (exit !== null) story.order('OrderRejected', exit.order, seconds);
        break;
      case 'deny':
        if (last !== undefined) story.denied(last, 'HALTED', seconds);
        break;
      case 'time':
        story.time(seconds);
        break;
      case 'flatten':
        story.give({
          type: 'FlattenAll',
          commandId: `flatten-${number}`,
          account: ACCOUNT,
          reason: 'test',
          by: 'Ada',
          timeUs: at(seconds),
        });
        break;
      case 'lift':
        story.give({
          type: 'SetTradingMode',
          commandId: `lift-${number}`,
          scope: { kind: 'account', account: ACCOUNT },
          mode: step.short ? 'halted' : 'active',
          reason: 'test',
          by: 'Ada',
          timeUs: at(seconds),
        });
        break;
      default:
        step.kind satisfies never;
    }
    return story.log.slice(before);
  }

  #walk(id: typeof BTC, permille: number): number {
    const price = Math.max(1, this.#price[id]! * (1 + permille / 1_000));
    this.#price[id] = Math.round(price * 100) / 100;
    return this.#price[id];
  }

  #plan(step: Step, price: string) {
    const far = d(price).times(d(step.short ? '1.01' : '0.99'));
    const target = step.amount % 2 === 0 ? d(price).times(d(step.short ? '0.98' : '1.02')) : null;
    return { ...PLAN, stopPrice: far, targetPrice: target, holdMaxUs: step.amount * 20_000 };
  }
}

test('no position is ever without an armed stop or an exit under way, and stops only tighten', () => {
  fc.assert(
    fc.property(steps, (given) => {
      const player = new Player();
      const levels = new Map<string, Decimal>();
      for (const step of given) {
        player.play(step);
        const { engine } = player.story;
        const stops = new Map(engine.stops().map((stop) => [stop.position, stop]));
        for (const position of engine.positions()) {
          const stop = stops.get(position.id);
          expect(position.quantity.isPositive()).toBe(true);
          expect(stop?.direction).toBe(position.direction);
          expect(stop?.stopPrice.isPositive()).toBe(true);
          const before = levels.get(position.id);
          const order = before === undefined ? 0 : stop!.stopPrice.compare(before);
          expect(order * (position.direction === 'long' ? 1 : -1)).toBeGreaterThanOrEqual(0);
          levels.set(position.id, stop!.stopPrice);
        }
        expect(stops.size).toBe(engine.positions().length);
      }
    }),
    { numRuns: 300 },
  );
});

test('attempts count up by one but for denied ones, ids never repeat, a batch tells one stop move', () => {
  fc.assert(
    fc.property(steps, (given) => {
      const player = new Player();
      const attempts = new Map<string, number>();
      let denied = false;
      for (const step of given) {
        const out = player.play(step);
        denied ||= step.kind === 'deny';
        // A batch tells where its stop came to stand; an exit tells first where it stands, and trailing
        // goes on.
        const count = (type: PositionRiskOutput['type']) => out.filter((event) => event.type === type).length;
        if (step.kind === 'trades')
          expect(count('StopMoved')).toBeLessThanOrEqual(1 + count('ExitTriggered'));
        for (const event of out) {
          if (event.type !== 'ClosePosition') continue;
          const before = attempts.get(event.position) ?? 0;
          expect(event.attempt).toBeLessThanOrEqual(before + 1);
          if (!denied) expect(event.attempt).toBe(before + 1);
          expect(event.quantity.isPositive()).toBe(true);
          attempts.set(event.position, event.attempt);
        }
      }
      const ids = player.story.commands.map(({ commandId }) => commandId);
      expect(new Set(ids).size).toBe(ids.length);
    }),
    { numRuns: 200, examples: [[HOLD_ENDS_IN_A_BATCH]] },
  );
});

test('every mark of equity is the start plus the gains that the positions told, less their fees', () => {
  fc.assert(
    fc.property(steps, (given) => {
      const player = new Player();
      for (const step of given) player.play(step);
      const last = new Map<string, { realized: Decimal; fees: Decimal }>();
      for (const event of player.story.log) {
        if ('position' in event && typeof event.position === 'object')
          last.set(event.position.id, event.position);
        if (event.type !== 'EquityMarked') continue;
        let equity = SETTINGS.startingEquity.plus(event.unrealized);
        for (const { realized, fees } of last.values()) equity = equity.plus(realized).minus(fees);
        expect(event.equity.toString()).toBe(equity.toString());
      }
    }),
    { numRuns: 200 },
  );
});

test('stopped anywhere and restored from text, it says the same for ever after', () => {
  fc.assert(
    fc.property(steps, fc.nat(60), (given, cut) => {
      const [plain, restored] = [new Player(), new Player()];
      for (const [i, step] of given.entries()) {
        if (i === cut) restored.story.restart();
        expect(JSON.stringify(restored.play(step))).toBe(JSON.stringify(plain.play(step)));
      }
      expect(restored.story.engine.snapshot()).toEqual(plain.story.engine.snapshot());
    }),
    { numRuns: 200 },
  );
});

test('how trades are cut into batches changes nothing but the number of stop moves told', () => {
  const prints = fc.array(fc.tuple(fc.integer({ min: 0, max: 4_000 }), fc.integer({ min: -6, max: 6 })), {
    minLength: 1,
    maxLength: 40,
  });
  fc.assert(
    fc.property(prints, fc.array(fc.nat(40), { maxLength: 6 }), (walk, cuts) => {
      let [seconds, price] = [0, 50_000];
      const rows = walk.map(([gap, permille]): [number, number] => {
        seconds += gap / 1_000;
        price = Math.round(price * (100 + permille / 10)) / 100;
        return [seconds, price];
      });
      const [whole, parts] = [new Scenario(), new Scenario()];
      for (const story of [whole, parts]) story.open('long', '1', '50000');
      whole.prices(BTC, ...rows);
      let from = 0;
      for (const to of [...cuts.sort((a, b) => a - b), rows.length]) {
        if (to > rows.length || to < from) continue;
        parts.give({ type: 'TradesSeen', trades: trades(BTC, rows.slice(from, to)) });
        from = to;
      }
      const essence = (story: Scenario) => story.log.filter(({ type }) => type !== 'StopMoved');
      expect(JSON.stringify(essence(parts))).toBe(JSON.stringify(essence(whole)));
      expect(parts.engine.snapshot()).toEqual(whole.engine.snapshot());
    }),
    { numRuns: 200 },
  );
});
