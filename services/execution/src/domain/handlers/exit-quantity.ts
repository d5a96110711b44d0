import {
  type ClosePosition,
  closingSize,
  type Decimal,
  type Denial,
  type Instrument,
  leavesOf,
  type Order,
} from '@algo/model';
import { deny } from './handler.ts';

/**
 * What an exit is sized by. *Units*: `held` base, signed; `mark` quote, null when no price is known; `stops`
 * base, what stops of ours at the venue may sell beside it.
 */
export interface ExitContext {
  readonly instrument: Instrument;
  readonly held: Decimal;
  readonly openOrders: readonly Order[];
  readonly mark: Decimal | null;
  readonly stops: Decimal;
}

/**
 * Returns how much an exit may close: never more than our own net position less what other exits and
 * stops, unknown ones too, may still close. A spot venue knows no reduce-only, so this is what keeps a
 * second exit from opening a short.
 */
export function exitQuantity(
  command: ClosePosition,
  { instrument, held, openOrders, mark, stops }: ExitContext,
):
  | { readonly type: 'sized'; readonly quantity: Decimal }
  | { readonly type: 'denied'; readonly denial: Denial } {
  let working = stops;
  for (const order of openOrders)
    if (order.intent === 'exit' && order.request.instrument === instrument.id)
      working = working.plus(leavesOf(order));
  const ours = command.direction === 'long' ? held : held.negated();
  const available = ours.minus(working);
  if (!available.isPositive())
    return denied('NO_POSITION', { held, working_exits: working, direction: command.direction });
  const wanted = command.quantity.lessThan(available) ? command.quantity : available;
  const { minQuantity, minNotional } = instrument;
  const { quantity, below } = closingSize(wanted, mark, instrument);
  if (below === 'minQuantity')
    return denied('QUANTITY_BELOW_MIN', { quantity: wanted, min_quantity: minQuantity });
  if (below === 'minNotional')
    return denied('NOTIONAL_BELOW_MIN', { quantity, mark: `${mark}`, min_notional: minNotional });
  return { type: 'sized', quantity };
}

function denied(...args: Parameters<typeof deny>) {
  return { type: 'denied', denial: deny(...args) } as const;
}
