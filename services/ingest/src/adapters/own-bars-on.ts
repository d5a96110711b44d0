import type { Bus } from '@algo/bus';
import { FAMILIES, type Fact, subjects } from '@algo/contracts';
import { type InstrumentId, type Timeframe, type TimeUs, US_PER_MS } from '@algo/model';
import { barOfCandle, type OwnBar } from '../domain/own-bars.ts';

const CANDLES = 'own candles';

/** Returns the bars of an instrument that the streams hold from a time on: warmed up by, then candles. */
export async function ownBarsOn(
  bus: Bus,
  instrument: InstrumentId,
  timeframe: Timeframe,
  fromUs: TimeUs,
): Promise<OwnBar[]> {
  const own: OwnBar[] = [];
  const hear = (fact: Fact) => {
    if (fact.name === 'WarmBars' && fact.body.timeframe === timeframe)
      own.push(...fact.body.bars.map((bar) => ({ source: fact.body.source, bar })));
    // A candle that lacks trades is asked for: its venue may have all of them.
    if (fact.name === 'CandleClosed' && fact.body.complete)
      own.push({ source: CANDLES, bar: barOfCandle(fact.body) });
    if (fact.name === 'CandleDoubted') {
      const { openTimeUs } = fact.body;
      const at = own.findLastIndex(({ bar, source }) => source === CANDLES && bar.openTimeUs === openTimeUs);
      if (at >= 0) own.splice(at, 1);
    }
  };
  // No bar is said before it ends.
  const sinceMs = Math.floor(fromUs / US_PER_MS);
  for (const [stream, subject] of [
    [FAMILIES['md.bars'].stream, subjects.bars(instrument)],
    [FAMILIES['md.candles'].stream, subjects.candles(instrument, timeframe)],
  ] as const)
    for await (const message of bus.read({ stream, subjects: [subject], after: 0, sinceMs })) {
      let fact: Fact;
      try {
        fact = message.fact;
      } catch {
        continue; // what can't be read is asked of the venue
      }
      hear(fact);
    }
  return own;
}
