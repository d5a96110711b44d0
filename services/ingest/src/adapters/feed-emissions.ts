import type { Emission } from '@algo/bus';
import { codecs, encodeEvent, subjects } from '@algo/contracts';
import type { FeedEvent, TimeUs, TradeColumns } from '@algo/model';

/** Trades in one message at most: about 300 KB, under the server's payload limit of 1 MiB. */
export const BATCH_ROWS_MAX = 8_192;

/**
 * Returns trades of counted ids as a message named by the first and last of them. `life` tells a process's
 * lives apart.
 */
export function batchEmission(
  trades: TradeColumns,
  complete: boolean,
  receivedUs: TimeUs,
  life: string,
): Emission {
  const ids = trades.ids.values;
  return {
    subject: subjects.trades(trades.instrument),
    type: codecs.TradeBatch.type,
    id: `trades:${trades.instrument}:${ids[0]}-${ids[trades.count - 1]}${life}`,
    timeUs: trades.timeUs[trades.count - 1]!,
    data: codecs.TradeBatch.encode({ trades, receivedUs, complete }),
  };
}

/** Named by its place, not its content: the same refusal may come twice, and each counts in the lane. */
export function feedEmission(event: FeedEvent, place: string): Emission {
  const { type, bytes } = encodeEvent(event);
  return {
    subject: subjects.feed(event.instrument),
    type,
    id: `feed:${event.instrument}:${place}`,
    timeUs: event.timeUs,
    data: bytes,
  };
}
