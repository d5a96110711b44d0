import {
  type Check,
  Decimal,
  type ExitPlan,
  type Instrument,
  type RefusalCode,
  TRAILING_DISTANCES,
  type TradingConfig,
  US_PER_SECOND,
} from '@algo/model';
import { gate, type Proposal, shown } from '@algo/strategy';
import type { DecisionLimits } from './decision-limits.ts';

/** Shares from the configuration are doubles with at most this many digits. */
const SHARE_PLACES = 12;
const QUOTIENT_PLACES = 18;

/** What an entry is sized and guarded by. *Units*: price and equity in quote. */
export interface EntryPlanInput {
  readonly proposal: Proposal;
  readonly price: number;
  readonly equity: Decimal;
  readonly instrument: Instrument;
  readonly config: TradingConfig;
  readonly limits: DecisionLimits;
}

/** Everything that an entry order says about itself, or why there can be none. */
export type EntryPlan =
  | {
      readonly type: 'planned';
      readonly quantity: Decimal;
      readonly limitPrice: Decimal;
      readonly plan: ExitPlan;
      readonly checks: readonly Check[];
    }
  | {
      readonly type: 'refused';
      readonly code: RefusalCode;
      readonly detail: string;
      readonly checks: readonly Check[];
    };

/**
 * Sizes an entry and places its prices, all in exact decimals on the instrument's tick and step. Limit:
 * `slippage` beyond the price, or at the price where entries are post-only, rounded so that it never allows
 * more. Stop: where the proposal says, its
 * distance kept within `initialStop`; the widest allowed when it names none; a meme's at its trailing
 * distance, whatever the proposal says. Target: risk_reward × the stop's distance, or the proposal's when
 * that is farther, kept within `takeProfit`. Quantity: equity × size ÷ price, and at most what loses
 * `riskPerTrade` of the equity at the stop, rounded down to the step. Example: long at 100, tick 0.01, equity
 * 10,000, size 2 %, stop 99.5 with [0.2 %, 0.3 %], risk_reward 1.5, targets [0.5 %, 1 %] → quantity 2, limit
 * 100.05, stop 99.70 (0.5 % cut to 0.3 %), target 100.50 (0.45 % raised to 0.5 %).
 */
export function planEntry(input: EntryPlanInput): EntryPlan {
  const { config, instrument } = input;
  const price = Decimal.fromNumber(input.price, instrument.priceTick.scale);
  if (!price.isPositive())
    return refused('SIZE_TOO_SMALL', `price=${input.price} is below tick=${instrument.priceTick}`, []);
  const prices = placePrices(input, price);
  if (prices === null)
    return refused(
      'NOT_CONFIGURED',
      `price=${price}: no multiple of tick=${instrument.priceTick} lies within ${boundsText(input)}`,
      [],
    );
  const { stopPrice, targetPrice, limitPrice } = prices;
  const { quantity, note } = sizeOf(input, price, price.minus(stopPrice).abs());
  const notional = quantity.times(limitPrice.lessThan(price) ? limitPrice : price);
  const enough = quantity.isPositive() && !quantity.lessThan(instrument.minQuantity);
  const worth = !notional.lessThan(instrument.minNotional);
  const { minQuantity, minNotional } = instrument;
  const checks = [
    shown('plan.limit_price', limitPrice.toNumber(), `at most ${slippageOf(input)} beyond ${price}`),
    shown('plan.stop_price', stopPrice.toNumber(), `asked ${input.proposal.stopPrice ?? 'none'}`),
    shown('plan.target_price', targetPrice.toNumber(), `asked ${input.proposal.targetPrice ?? 'none'}`),
    gate('size.quantity', quantity.toNumber(), minQuantity.toNumber(), () => enough, note),
    gate(
      'size.notional',
      notional.toNumber(),
      minNotional.toNumber(),
      () => worth,
      'at the lower of price and limit',
    ),
  ];
  if (!enough) return refused('SIZE_TOO_SMALL', `quantity=${quantity}, min_quantity=${minQuantity}`, checks);
  if (!worth) return refused('SIZE_TOO_SMALL', `notional=${notional}, min_notional=${minNotional}`, checks);
  const plan: ExitPlan = {
    stopPrice,
    targetPrice,
    trailing: trailingOf(input),
    holdMaxUs: config.holdSeconds[1] * US_PER_SECOND,
  };
  return { type: 'planned', quantity, limitPrice, plan, checks };
}

interface EntryPrices {
  readonly limitPrice: Decimal;
  readonly stopPrice: Decimal;
  readonly targetPrice: Decimal;
}

/** Returns null when the tick is so coarse that no price fits the configured bounds. */
function placePrices(input: EntryPlanInput, price: Decimal): EntryPrices | null {
  const { proposal, instrument, config } = input;
  const tick = instrument.priceTick;
  const up = proposal.direction === 'long';
  const { distance: stopDistance, bounds: stop } = stopOf(input, price);
  // A stop is rounded toward the entry, which costs less; a target away from it, which keeps the ratio.
  const stopPrice = onTick(price, stopDistance, stop, !up, tick, 'nearer');

  const target = boundsOf(config.takeProfit, price);
  const reward = stopDistance.times(Decimal.fromNumber(config.riskReward, SHARE_PLACES));
  const wished = distanceOf(proposal.targetPrice, price, up, tick);
  const targetDistance = kept(wished?.greaterThan(reward) ? wished : reward, target);
  const targetPrice = onTick(price, targetDistance, target, up, tick, 'farther');

  const slip = price.times(slippageOf(input));
  const limitPrice = up ? price.plus(slip).toStep(tick, 'down') : price.minus(slip).toStep(tick, 'up');
  return stopPrice === null || targetPrice === null ? null : { limitPrice, stopPrice, targetPrice };
}

/** What waits in the book gives up nothing for being filled. */
function slippageOf({ config, limits }: EntryPlanInput): Decimal {
  return config.postOnly ? Decimal.zero : limits.slippage;
}

function sizeOf(
  input: EntryPlanInput,
  price: Decimal,
  stopDistance: Decimal,
): { quantity: Decimal; note: string } {
  const { equity, config, limits, instrument } = input;
  const bySize = equity.times(shareOf(config.positionSize)).dividedBy(price, QUOTIENT_PLACES, 'down');
  const byRisk = limits.riskPerTrade?.times(equity).dividedBy(stopDistance, QUOTIENT_PLACES, 'down') ?? null;
  const wanted = byRisk?.lessThan(bySize) ? byRisk : bySize;
  return {
    quantity: wanted.toStep(instrument.quantityStep, 'down'),
    note: `equity ${equity} × ${config.positionSize} ÷ ${price}; risk cap ${byRisk ?? 'none'}`,
  };
}

/** A configuration's distance is for regular instruments and never narrows a meme's. */
function trailingOf({ instrument, config }: EntryPlanInput): Decimal {
  return instrument.assetClass === 'meme' ? TRAILING_DISTANCES.meme : shareOf(config.trailingStop);
}

interface Bounds {
  readonly min: Decimal;
  readonly max: Decimal;
}

/** A meme's first stop lies where its trailing stop begins, on the tick that isn't narrower. */
function stopOf(input: EntryPlanInput, price: Decimal): { distance: Decimal; bounds: Bounds } {
  const { proposal, instrument, config } = input;
  const { assetClass, priceTick } = instrument;
  if (assetClass === 'meme') {
    const distance = price.times(trailingOf(input));
    return { distance, bounds: { min: distance, max: distance.plus(priceTick) } };
  }
  const bounds = boundsOf(config.initialStop, price);
  const asked = distanceOf(proposal.stopPrice, price, proposal.direction === 'short', priceTick);
  return { distance: kept(asked ?? bounds.max, bounds), bounds };
}

function boundsOf([min, max]: readonly [number, number], price: Decimal): Bounds {
  return { min: price.times(shareOf(min)), max: price.times(shareOf(max)) };
}

function kept(distance: Decimal, { min, max }: Bounds): Decimal {
  if (distance.lessThan(min)) return min;
  return distance.greaterThan(max) ? max : distance;
}

/**
 * Returns how far a proposed price lies from the price, upward
 * or downward; negative on the wrong side, null when none.
 */
function distanceOf(
  proposed: number | undefined,
  price: Decimal,
  upward: boolean,
  tick: Decimal,
): Decimal | null {
  if (proposed === undefined) return null;
  const distance = Decimal.fromNumber(proposed, tick.scale).minus(price);
  return upward ? distance : distance.negated();
}

/**
 * Returns the price at this distance on the tick, rounded as
 * preferred unless that leaves the bounds; null when both do.
 */
function onTick(
  price: Decimal,
  distance: Decimal,
  bounds: Bounds,
  upward: boolean,
  tick: Decimal,
  preference: 'nearer' | 'farther',
): Decimal | null {
  const exact = upward ? price.plus(distance) : price.minus(distance);
  const nearer = exact.toStep(tick, upward ? 'down' : 'up');
  const farther = exact.toStep(tick, upward ? 'up' : 'down');
  for (const candidate of preference === 'nearer' ? [nearer, farther] : [farther, nearer]) {
    const away = candidate.minus(price).abs();
    const inside = !away.lessThan(bounds.min) && !away.greaterThan(bounds.max);
    if (inside && candidate.isPositive()) return candidate;
  }
  return null;
}

function shareOf(share: number): Decimal {
  return Decimal.fromNumber(share, SHARE_PLACES);
}

function boundsText(input: EntryPlanInput): string {
  const { instrument, config } = input;
  const stop = instrument.assetClass === 'meme' ? trailingOf(input) : config.initialStop.join('–');
  return `initial_stop=${stop} and take_profit=${config.takeProfit.join('–')}`;
}

function refused(code: RefusalCode, detail: string, checks: readonly Check[]): EntryPlan {
  return { type: 'refused', code, detail, checks };
}
