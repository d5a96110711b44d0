import type { Bus } from '@algo/bus';
import { type Decimal, sellableFrom } from '@algo/model';
import type { DustList, ListedDust } from '@algo/read-models';
import { knownInstrument } from '@algo/runtime';
import type { CliEnvironment } from '../config.ts';
import { lastTrade, shortNumber } from './account-view.ts';

/**
 * What is left over in an instrument, as it is shown. *Units*: quote; `worth` at the last trade, null where
 * none is known; `sellFrom` null where no price is enough, or the instrument's rules aren't known.
 */
export interface ShownDust extends ListedDust {
  readonly state: 'dust';
  readonly lastPrice: Decimal | null;
  readonly worth: Decimal | null;
  readonly sellFrom: number | null;
}

/** Returns what is left over, with its worth and the price from which it is sold. */
export async function shownDust(
  bus: Bus,
  dust: DustList,
  { instrumentsFile }: CliEnvironment,
): Promise<ShownDust[]> {
  const shown: ShownDust[] = [];
  for (const one of dust.all()) {
    const lastPrice = (await lastTrade(bus, one.instrument))?.price ?? null;
    const rules = await knownInstrument(bus, instrumentsFile, one.instrument);
    const from = rules === undefined ? Infinity : sellableFrom(one.quantity, rules);
    const worth = lastPrice?.times(one.quantity) ?? null;
    shown.push({ ...one, state: 'dust', lastPrice, worth, sellFrom: Number.isFinite(from) ? from : null });
  }
  return shown;
}

/** Returns dust as rows of a table, the headings first. */
export function dustRows(shown: readonly ShownDust[]): string[][] {
  return [
    ['dust', 'quantity', 'set aside at', 'last', 'worth', 'sold by itself', 'left by'],
    ...shown.map(({ instrument, quantity, price, lastPrice, worth, sellFrom, strategy }) => [
      instrument,
      `${quantity}`,
      shortNumber(price),
      lastPrice?.toString() ?? '-',
      worth === null ? '-' : shortNumber(worth),
      sellFrom === null ? 'with the next position only' : `from ${sellFrom} on`,
      strategy,
    ]),
  ];
}
