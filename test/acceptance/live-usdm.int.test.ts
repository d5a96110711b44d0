// The same of USD-M futures: there a position may be short, and stops lie beside the orders.
import type { PositionEvent } from '@algo/model';
import { expect, test } from '@jest/globals';
import { acceptLive, opened } from './support/accept-live.ts';
import { LiveUsdm } from './support/live-usdm.ts';
import { OWNER } from './support/live-market.ts';

acceptLive({ open: LiveUsdm.open, lacks }, 'Binance USD-M', (end) => {
  test('positions of both directions were entered', () => {
    const directions = opened(end().events).map(({ position }) => position.direction);
    expect([...new Set(directions)].toSorted()).toEqual(['long', 'short']);
  });
});

function lacks(market: LiveUsdm, events: readonly PositionEvent[]): string | undefined {
  const directions = new Set(opened(events).map(({ position }) => position.direction));
  for (const direction of ['long', 'short'] as const)
    if (!directions.has(direction)) return `a ${direction} position`;
  return undefined;
}
