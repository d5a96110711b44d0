import { Decimal, type Direction, type Instrument, TRAILING_DISTANCES } from '@algo/model';
import type { Proposal } from '@algo/strategy';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DEFAULT_LIMITS, type DecisionLimits } from './decision-limits.ts';
import { planEntry } from './entry-plan.ts';
import { configOf, instrumentOf, LTC } from './testing/engine-scenario.ts';

function proposalOf(direction: Direction, stopPrice?: number, targetPrice?: number): Proposal {
  return {
    type: 'proposal',
    direction,
    level: 4,
    confluence: null,
    checks: () => [],
    entryScore: 1,
    ...(stopPrice === undefined ? {} : { stopPrice }),
    ...(targetPrice === undefined ? {} : { targetPrice }),
  };
}

function planOf(
  proposal: Proposal,
  price = 100,
  limits: Partial<DecisionLimits> = {},
  rules: Partial<Instrument> = {},
) {
  return planEntry({
    proposal,
    price,
    equity: Decimal.of('10000'),
    instrument: instrumentOf(LTC, rules),
    config: configOf(),
    limits: { ...DEFAULT_LIMITS, ...limits },
  });
}

test.each([
  ['a stop too far is cut to 0.3 %', proposalOf('long', 99.5), '100.05', '99.7', '100.5'],
  ['a stop too near is widened to 0.2 %', proposalOf('long', 99.9), '100.05', '99.8', '100.5'],
  ['a stop within stays', proposalOf('long', 99.75), '100.05', '99.75', '100.5'],
  ['a stop on the wrong side is the nearest allowed', proposalOf('long', 101), '100.05', '99.8', '100.5'],
  ['no stop is the widest allowed', proposalOf('long'), '100.05', '99.7', '100.5'],
  ['a farther target is taken', proposalOf('long', 99.75, 100.8), '100.05', '99.75', '100.8'],
  ['a target too far is cut to 1 %', proposalOf('long', 99.75, 105), '100.05', '99.75', '101'],
  ['a short mirrors', proposalOf('short', 100.25, 99.2), '99.95', '100.25', '99.2'],
  ['a short without structure', proposalOf('short'), '99.95', '100.3', '99.5'],
] as const)('%s', (_name, proposal, limit, stop, target) => {
  const plan = planOf(proposal);
  if (plan.type !== 'planned') throw new Error(plan.detail);
  expect([plan.limitPrice, plan.plan.stopPrice, plan.plan.targetPrice].map(String)).toEqual([
    limit,
    stop,
    target,
  ]);
  expect(String(plan.quantity)).toBe('2');
});

test.each([
  ['long', '100'],
  ['short', '100'],
] as const)('a post-only %s asks for the price itself', (direction, limit) => {
  const plan = planEntry({
    ...{ proposal: proposalOf(direction), price: 100, equity: Decimal.of('10000') },
    ...{ instrument: instrumentOf(LTC), config: configOf({ postOnly: true }), limits: DEFAULT_LIMITS },
  });
  expect(plan.type === 'planned' && `${plan.limitPrice}`).toBe(limit);
});

test('the target keeps risk_reward when that is more than the least target', () => {
  const plan = planEntry({
    proposal: proposalOf('long', 99.4),
    price: 100,
    equity: Decimal.of('10000'),
    instrument: instrumentOf(LTC),
    config: configOf({ initialStop: [0.005, 0.008], takeProfit: [0.01, 0.02], riskReward: 2 }),
    limits: DEFAULT_LIMITS,
  });
  if (plan.type !== 'planned') throw new Error(plan.detail);
  expect([plan.plan.stopPrice, plan.plan.targetPrice].map(String)).toEqual(['99.4', '101.2']);
});

test.each([
  ['of its own accord', proposalOf('long'), 100, '82.5'],
  ['when a nearer stop is proposed', proposalOf('long', 99.75), 100, '82.5'],
  ['when a farther stop is proposed', proposalOf('long', 50), 100, '82.5'],
  ['short', proposalOf('short', 100.25), 100, '117.5'],
  ['on the tick that is not narrower', proposalOf('long'), 100.01, '82.5'],
] as const)(
  'a meme gets the meme distance whatever the configuration says: %s',
  (_, proposal, price, stop) => {
    const plan = planOf(proposal, price, {}, { assetClass: 'meme' });
    if (plan.type !== 'planned') throw new Error(plan.detail);
    expect(`${plan.plan.trailing}`).toBe('0.175');
    expect(`${plan.plan.stopPrice}`).toBe(stop);
  },
);

test('where a tick is more than its distance a meme gets the wider stop, and none at nothing', () => {
  const coarse = (price: number) =>
    planEntry({
      ...{ proposal: proposalOf('long'), price, equity: Decimal.of('10000'), limits: DEFAULT_LIMITS },
      ...{
        instrument: instrumentOf(LTC, { assetClass: 'meme' }),
        config: configOf({ takeProfit: [0.3, 1] }),
      },
    });
  expect(coarse(0.02)).toMatchObject({ type: 'planned', plan: { stopPrice: Decimal.of('0.01') } });
  expect(coarse(0.01)).toMatchObject({
    type: 'refused',
    detail: 'price=0.01: no multiple of tick=0.01 lies within initial_stop=0.175 and take_profit=0.3–1',
  });
});

test('a regular instrument trails at the configuration’s distance', () => {
  const plan = planEntry({
    ...{ proposal: proposalOf('long'), price: 100, equity: Decimal.of('10000'), limits: DEFAULT_LIMITS },
    ...{ instrument: instrumentOf(LTC), config: configOf({ trailingStop: 0.004 }) },
  });
  expect(plan.type === 'planned' && `${plan.plan.trailing}`).toBe('0.004');
});

test('the first stop of a meme is its trailing distance, at most one tick wider and never narrower', () => {
  const tick = Decimal.of('0.01');
  fc.assert(
    fc.property(
      fc.integer({ min: 100, max: 10_000_000 }),
      fc.double({ min: 0.5, max: 1.5, noNaN: true }),
      fc.constantFrom<Direction>('long', 'short'),
      (ticks, stopAt, direction) => {
        const price = Decimal.scaled(BigInt(ticks), 2);
        const at = price.toNumber();
        const plan = planOf(proposalOf(direction, at * stopAt), at, {}, { assetClass: 'meme' });
        if (plan.type !== 'planned') return;
        const distance = plan.plan.stopPrice.minus(price).abs();
        const least = price.times(TRAILING_DISTANCES.meme);
        expect(distance.lessThan(least)).toBe(false);
        expect(distance.greaterThan(least.plus(tick))).toBe(false);
      },
    ),
  );
});

test('the risk cap bounds what the stop can cost', () => {
  const plan = planOf(proposalOf('long'), 100, { riskPerTrade: Decimal.of('0.00005') });
  if (plan.type !== 'planned') throw new Error(plan.detail);
  // 0.5 of quote at risk ÷ 0.3 to the stop = 1.666…, down to the step.
  expect(String(plan.quantity)).toBe('1.666');
});

test('every plan stays within its bounds, on tick and step, whatever the prices', () => {
  const price = fc.integer({ min: 1_000, max: 10_000_000 }).map((ticks) => ticks / 100);
  const offset = fc.double({ min: 0.9, max: 1.1, noNaN: true });
  fc.assert(
    fc.property(
      price,
      offset,
      offset,
      fc.constantFrom<Direction>('long', 'short'),
      (at, stopAt, targetAt, direction) => {
        const plan = planOf(proposalOf(direction, at * stopAt, at * targetAt), at);
        if (plan.type !== 'planned') {
          expect(['SIZE_TOO_SMALL', 'NOT_CONFIGURED']).toContain(plan.code);
          return;
        }
        const exact = Decimal.fromNumber(at, 2);
        const along = direction === 'long' ? Decimal.one : Decimal.one.negated();
        const risk = exact.minus(plan.plan.stopPrice).times(along);
        const reward = plan.plan.targetPrice!.minus(exact).times(along);
        const slip = plan.limitPrice.minus(exact).times(along);
        const between = (value: Decimal, min: string, max: string) => {
          expect(value.lessThan(exact.times(Decimal.of(min)))).toBe(false);
          expect(value.greaterThan(exact.times(Decimal.of(max)))).toBe(false);
        };
        between(risk, '0.002', '0.003');
        between(reward, '0.005', '0.01');
        between(slip, '0', '0.0005');
        for (const value of [plan.limitPrice, plan.plan.stopPrice, plan.plan.targetPrice!])
          expect(value.toStep(Decimal.of('0.01'), 'down').equals(value)).toBe(true);
        expect(plan.quantity.toStep(Decimal.of('0.001'), 'down').equals(plan.quantity)).toBe(true);
        expect(plan.quantity.times(exact).greaterThan(Decimal.of('200'))).toBe(false);
      },
    ),
  );
});
