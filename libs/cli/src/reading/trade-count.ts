import type { Bus, LanePosition } from '@algo/bus';
import { codecs } from '@algo/contracts';
import type { InstrumentId } from '@algo/model';

/** What the market stream still holds of one instrument. *Units*: volume base. */
export interface InstrumentTrades {
  readonly trades: number;
  readonly volume: number;
}

/** What came in by the market stream. `isWhole` is false once the stream has dropped its oldest messages. */
export interface StreamTrades {
  readonly byInstrument: ReadonlyMap<InstrumentId, InstrumentTrades>;
  readonly isWhole: boolean;
}

/** Tells messages that a restarted producer said again: each lane counts up within one life. */
export class LaneRepeats {
  readonly #last = new Map<string, { epoch: number; count: number }>();

  /** Returns whether a lane was at or past this place already, and takes note of it. */
  isRepeat(lane: LanePosition | undefined, subjectLane: string): boolean {
    if (lane === undefined) return false;
    const key = `${lane.producer}/${subjectLane}`;
    const last = this.#last.get(key);
    const repeated =
      last !== undefined &&
      (lane.epoch < last.epoch || (lane.epoch === last.epoch && lane.count <= last.count));
    if (!repeated) this.#last.set(key, { epoch: lane.epoch, count: lane.count });
    return repeated;
  }
}

/** Counts the trades that the market stream holds, each batch once. */
export async function countStreamTrades(bus: Bus): Promise<StreamTrades> {
  const repeats = new LaneRepeats();
  const byInstrument = new Map<InstrumentId, InstrumentTrades>();
  let first: number | undefined;
  for await (const message of bus.read({ stream: 'MARKET', subjects: ['md.>'], after: 0 })) {
    first ??= message.sequence;
    if (message.type !== codecs.TradeBatch.type) continue;
    const shardLane = message.subject.split('.').slice(0, 3).join('.');
    if (repeats.isRepeat(message.lane, shardLane)) continue;
    const { trades } = codecs.TradeBatch.decode(message.data);
    const before = byInstrument.get(trades.instrument) ?? { trades: 0, volume: 0 };
    let volume = 0;
    for (let i = 0; i < trades.count; i++) volume += trades.quantity[i]!;
    byInstrument.set(trades.instrument, {
      trades: before.trades + trades.count,
      volume: before.volume + volume,
    });
  }
  return { byInstrument, isWhole: first === undefined || first === 1 };
}
