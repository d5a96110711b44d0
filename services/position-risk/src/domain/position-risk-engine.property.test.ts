import { Decimal } from '@algo/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PositionRiskOutput } from './position-risk-io.ts';
import { BTC, Scenario, SETTINGS, trades } from './testing/position-risk-scenario.ts';
import { HOLD_ENDS_IN_A_BATCH, Player, steps } from './testing/random-player.ts';

test('no position is ever without an armed stop or an exit under way, and stops only tighten', () => {
  fc.assert(
    fc.property(steps, (given) => {
      const player = new Player();
      const levels = new Map<string, Decimal>();
      for (const step of given) {
        player.play(step);
        const { engine } = player.story;
        const stops = new Map(engine.books.stops().map((stop) => [stop.position, stop]));
        for (const position of engine.books.positions()) {
          const stop = stops.get(position.id);
          expect(position.quantity.isPositive()).toBe(true);
          expect(stop?.direction).toBe(position.direction);
          expect(stop?.stopPrice.isPositive()).toBe(true);
          const before = levels.get(position.id);
          const order = before === undefined ? 0 : stop!.stopPrice.compare(before);
          expect(order * (position.direction === 'long' ? 1 : -1)).toBeGreaterThanOrEqual(0);
          levels.set(position.id, stop!.stopPrice);
        }
        expect(stops.size).toBe(engine.books.positions().length);
      }
    }),
    { numRuns: 300 },
  );
});

test('attempts count up by one unless denied or unheard, ids never repeat, a batch tells one move', () => {
  fc.assert(
    fc.property(steps, (given) => {
      const player = new Player();
      const attempts = new Map<string, number>();
      let uncounted = false;
      for (const step of given) {
        const out = player.play(step);
        uncounted ||= step.kind === 'deny' || step.kind === 'night';
        // A batch tells where its stop came to stand; an exit tells first where it stands, and trailing
        // goes on.
        const count = (type: PositionRiskOutput['type']) => out.filter((event) => event.type === type).length;
        if (step.kind === 'trades')
          expect(count('StopMoved')).toBeLessThanOrEqual(1 + count('ExitTriggered'));
        for (const event of out) {
          if (event.type !== 'ClosePosition') continue;
          const before = attempts.get(event.position) ?? 0;
          expect(event.attempt).toBeLessThanOrEqual(before + 1);
          if (!uncounted) expect(event.attempt).toBe(before + 1);
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

test('a stop at the venue is no larger than what is held, wider than our own, and asked for once', () => {
  fc.assert(
    fc.property(steps, (given) => {
      const player = new Player();
      for (const step of given) {
        const open = new Map(player.story.engine.books.positions().map(({ id }) => [id, true]));
        const before = player.story.log.length;
        player.play(step);
        const { engine } = player.story;
        const held = new Map(engine.books.positions().map((position) => [position.id, position]));
        const stops = new Map(engine.books.stops().map((stop) => [stop.position, stop]));
        const asked = player.story.log.slice(before).filter((event) => event.type === 'ProtectPosition');
        for (const command of asked) {
          const position = held.get(command.position);
          if (position === undefined) continue; // closed by a later word of the same step
          expect(command.quantity.greaterThan(position.quantity)).toBe(false);
          const away = stops.get(command.position)!.stopPrice.minus(command.triggerPrice);
          expect(command.direction === 'long' ? away.isPositive() : away.isNegative()).toBe(true);
        }
        expect(asked.length).toBeLessThanOrEqual(Math.max(2, open.size + 1));
      }
      const ids = player.story.asked.map(({ commandId }) => commandId);
      expect(new Set(ids).size).toBe(ids.length);
    }),
    { numRuns: 300 },
  );
});

test('over days and restores, equity is the start, positions’ gains less fees, and what cash moved', () => {
  fc.assert(
    fc.property(steps, fc.nat(60), (given, cut) => {
      const player = new Player();
      const last = new Map<string, { realized: Decimal; fees: Decimal }>();
      let moved = SETTINGS.startingEquity;
      for (const [i, step] of given.entries()) {
        if (i === cut) player.story.restart();
        const amount = Decimal.scaled(BigInt(step.short ? -step.amount : step.amount), 3);
        if (step.kind === 'cash') moved = moved.plus(amount);
        for (const event of player.play(step)) {
          if ('position' in event && typeof event.position === 'object')
            last.set(event.position.id, event.position);
          if (event.type !== 'EquityMarked') continue;
          let equity = moved.plus(event.unrealized);
          for (const { realized, fees } of last.values()) equity = equity.plus(realized).minus(fees);
          expect(event.equity.toString()).toBe(equity.toString());
        }
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
