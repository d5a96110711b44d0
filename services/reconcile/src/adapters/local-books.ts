import { join } from 'node:path';
import type { Bus } from '@algo/bus';
import { orderEvents } from '@algo/contracts';
import {
  type AccountId,
  type ClientOrderId,
  Decimal,
  type Fill,
  fillEffect,
  type Instrument,
  type InstrumentId,
  type Order,
  type OrderRequest,
  orderAfter,
} from '@algo/model';
import { WriteAheadLog } from '@algo/state';
import type { LocalBooks } from '../domain/index.ts';

/**
 * Returns what we believe of an account: its order events folded, and what its write-ahead log leaves open.
 */
export async function readLocalBooks(
  bus: Bus,
  account: AccountId,
  dataDir: string,
  instruments: ReadonlyMap<InstrumentId, Instrument>,
): Promise<LocalBooks> {
  const orders = new Map<ClientOrderId, Order>();
  const fills = new Map<string, Fill>();
  let epoch = 0;
  for await (const message of bus.read({ stream: 'ORDERS', subjects: [`ord.evt.${account}.>`], after: 0 })) {
    const event = orderEvents.decode(message.type, message.data);
    const order = orderAfter(orders.get(event.clientOrderId), event);
    if (order !== undefined) orders.set(event.clientOrderId, order);
    if (event.type === 'OrderSubmitted') epoch = Math.max(epoch, event.epoch);
    if (event.type === 'OrderFilled') fills.set(event.fill.venueTradeId, event.fill);
  }
  const undecided = await WriteAheadLog.undecidedIn(join(dataDir, 'wal', account));
  return {
    orders: [...orders.values()],
    fills: [...fills.values()],
    positions: positionsOf([...fills.values()], instruments),
    openIntents: undecided.map(({ intent, sends, epoch: at }) => ({
      request: requestOf(intent),
      sent: sends > 0,
      epoch: at,
    })),
    epoch,
  };
}

/** What our fills add up to. The average price is position-risk's to know; fills explain quantities. */
function positionsOf(
  fills: readonly Fill[],
  instruments: ReadonlyMap<InstrumentId, Instrument>,
): LocalBooks['positions'] {
  const quantities = new Map<InstrumentId, Decimal>();
  for (const fill of fills) {
    const { baseChange } = fillEffect(fill, instruments.get(fill.instrument));
    quantities.set(fill.instrument, (quantities.get(fill.instrument) ?? Decimal.zero).plus(baseChange));
  }
  return [...quantities]
    .filter(([, quantity]) => !quantity.isZero())
    .map(([instrument, quantity]) => ({ instrument, quantity, averagePrice: null, ownership: 'own' }));
}

/** The log keeps requests as JSON with decimals as text. */
function requestOf(intent: string): OrderRequest {
  const raw = JSON.parse(intent) as Omit<OrderRequest, 'quantity' | 'limitPrice'> & {
    quantity: string;
    limitPrice: string | null;
  };
  return {
    ...raw,
    quantity: Decimal.of(raw.quantity),
    limitPrice: raw.limitPrice === null ? null : Decimal.of(raw.limitPrice),
  };
}
