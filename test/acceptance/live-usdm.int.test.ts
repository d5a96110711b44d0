// The same of USD-M futures: there a position may be short, and stops lie beside the orders.
import type { PositionEvent } from '@algo/model';
import type { AlgoOrder, UsdmOrder } from '@algo/testkit/venues';
import { expect, test } from 'vitest';
import { acceptLive, opened } from './support/accept-live.ts';
import { soak } from './support/config.ts';
import { LiveUsdm } from './support/live-usdm.ts';

// What keeps the books is killed at spot; here too in a soak.
acceptLive({ open: LiveUsdm.open, kills: soak ? 'all' : 'execution', lacks }, 'Binance USD-M', (end) => {
  test('no stop was taken back before what took its place stood', () => {
    const { algos } = end().market.exchange.truth();
    const canceled = algos.filter(({ status }) => status === 'CANCELED');
    expect(canceled.filter((stop) => !isReplaced(stop, end().market)).map(({ algoId }) => algoId)).toEqual(
      [],
    );
    expect(canceled.length).toBeGreaterThan(0);
  });

  test('what leaves only reduces', () => {
    const { algos, orders, positions } = end().market.exchange.truth();
    expect(algos.filter(({ reduceOnly }) => !reduceOnly)).toEqual([]);
    expect(orders.filter(({ type, reduceOnly }) => type === 'MARKET' && !reduceOnly)).toEqual([]);
    expect(positions.size).toBe(1);
  });
});

/** Enough has happened when both directions were entered, and each way of leaving a stop was gone. */
function lacks(market: LiveUsdm, events: readonly PositionEvent[]): string | undefined {
  const directions = new Set(opened(events).map(({ position }) => position.direction));
  for (const direction of ['long', 'short'] as const)
    if (!directions.has(direction)) return `a ${direction} position`;
  const { algos, orders } = market.exchange.truth();
  if (!algos.some((stop) => algos.some((next) => isTighter(stop, next)))) return 'a stop that was moved';
  const stops = algos.filter(({ status }) => status === 'CANCELED');
  if (!stops.some((stop) => orders.some((exit) => takesPlace(exit, stop)))) return 'an exit beside a stop';
  return undefined;
}

function isReplaced(stop: AlgoOrder, { exchange }: LiveUsdm): boolean {
  const { algos, orders } = exchange.truth();
  return (
    algos.some((next) => isTighter(stop, next) && next.createMs <= stop.updateMs) ||
    orders.some((exit) => takesPlace(exit, stop))
  );
}

/** Whether a stop is a later one of the same position, nearer to the price. */
function isTighter(stop: AlgoOrder, next: AlgoOrder): boolean {
  const isNearer =
    stop.side === 'SELL'
      ? next.triggerPrice.greaterThan(stop.triggerPrice)
      : next.triggerPrice.lessThan(stop.triggerPrice);
  const isBeside = next.createMs >= stop.createMs && next.createMs <= stop.updateMs;
  return next.symbol === stop.symbol && next.side === stop.side && isBeside && isNearer;
}

/** Whether an order of ours took what a stop guarded, while it stood. */
function takesPlace(exit: UsdmOrder, stop: AlgoOrder): boolean {
  const isOfIt = exit.symbol === stop.symbol && exit.side === stop.side && exit.reduceOnly;
  return isOfIt && exit.timeMs >= stop.createMs && exit.timeMs <= stop.updateMs;
}
