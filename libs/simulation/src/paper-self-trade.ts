import { rests } from '@algo/model';
import type { PaperMarket } from './paper-market.ts';
import type { PaperOrder } from './paper-matching.ts';

/** Why an order is over that would have met another of its account. */
export const SELF_TRADE = 'self_trade: it would meet another order of its account';

/** Which of the two is over: the one that comes, or those that rest. */
export type SelfTradeMode = 'taker' | 'maker';

/**
 * Sees to it that an order which comes meets none of its own account: as it comes alive, it is over or they
 * are. A stop that is let go, and what replaces a stop, is not looked at.
 */
export function preventSelfTrade(mode: SelfTradeMode, order: PaperOrder, { orders }: PaperMarket): void {
  const met = orders.filter((other) => meets(order, other));
  if (met.length === 0) return;
  for (const over of mode === 'taker' ? [order] : met)
    over.cancel = { timeUs: order.liveUs, reason: SELF_TRADE, replacement: null };
}

function meets(order: PaperOrder, other: PaperOrder): boolean {
  const { account, side } = order.request;
  if (other.request.account !== account || other.request.side === side || !rests(other.request)) return false;
  if (other.liveUs > order.liveUs) return false;
  if (other.cancel !== null && other.cancel.timeUs <= order.liveUs) return false;
  const [buy, sell] =
    side === 'buy' ? [order.limitTicks, other.limitTicks] : [other.limitTicks, order.limitTicks];
  return buy === null || sell === null || buy >= sell;
}
