import type { Bus } from '@algo/bus';
import { FAMILIES, type Fact, subjects } from '@algo/contracts';
import {
  type Candle,
  type FairValueGap,
  type InstrumentId,
  TIMEFRAMES,
  type TradeBatch,
  type Zone,
} from '@algo/model';

/** What the streams still hold of one instrument, each oldest first. */
export interface PastRows {
  candles(instrument: InstrumentId): AsyncIterable<Candle>;
  /** Each step in the life of a zone or a gap. */
  patterns(instrument: InstrumentId): AsyncIterable<Zone | FairValueGap>;
  batches(instrument: InstrumentId): AsyncIterable<TradeBatch>;
  /** Whether the stream of trades still holds its first message. */
  isWhole(): Promise<boolean>;
}

/** Returns the past as a bus has it stored. What can't be read is passed over: it was set aside before. */
export function pastRowsOn(bus: Bus): PastRows {
  async function* facts(
    family: 'md.trades' | 'md.candles' | 'an.pattern',
    named: readonly string[],
  ): AsyncGenerator<Fact> {
    const { stream } = FAMILIES[family];
    for await (const message of bus.read({ stream, subjects: [...named], after: 0 })) {
      try {
        yield message.fact;
      } catch {
        // a letter that nobody could read
      }
    }
  }
  return {
    async *candles(instrument) {
      const named = TIMEFRAMES.map((timeframe) => subjects.candles(instrument, timeframe));
      const doubted = new Set<string>();
      const keyOf = ({ timeframe, openTimeUs }: Pick<Candle, 'timeframe' | 'openTimeUs'>) =>
        `${timeframe} ${openTimeUs}`;
      for await (const fact of facts('md.candles', named))
        if (fact.name === 'CandleDoubted') doubted.add(keyOf(fact.body));
      for await (const { name, body } of facts('md.candles', named))
        if (name === 'CandleClosed') yield doubted.has(keyOf(body)) ? { ...body, complete: false } : body;
    },
    async *patterns(instrument) {
      const named = (['zone', 'gap'] as const).map((kind) => subjects.pattern(instrument, kind));
      for await (const fact of facts('an.pattern', named))
        if (fact.name === 'ZoneChanged' || fact.name === 'GapChanged') yield fact.body;
    },
    async *batches(instrument) {
      for await (const fact of facts('md.trades', [subjects.trades(instrument)]))
        if (fact.name === 'TradeBatch') yield fact.body;
    },
    isWhole: async () => (await bus.bounds('MARKET')).first <= 1,
  };
}
