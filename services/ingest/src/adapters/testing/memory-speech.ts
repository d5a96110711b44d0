import { decodeFact, encodeFact, type Fact, type FactOf, type MessageOf, typeOf } from '@algo/contracts';
import type { Candle, InstrumentId, TimeAdvanced, Timeframe, TimeUs, WarmBars } from '@algo/model';
import { expect } from 'vitest';
import { barOfCandle, type OwnBar } from '../../domain/own-bars.ts';
import { type FeedEventName, type FeedSpeech, lastTradeIn, type StoredTrade } from '../feed-speech.ts';

type Said = FactOf<'md.trades' | 'md.bars' | 'md.feed' | 'md.time'>;

/** What is stored of a feed. It outlives the processes that write it. */
export class StoredFeed {
  /** What analytics has closed of it. */
  readonly candles: Candle[] = [];
  readonly facts: Said[] = [];

  get batches(): MessageOf<'TradeBatch'>[] {
    return this.facts.flatMap((fact) => (fact.name === 'TradeBatch' ? [fact.body] : []));
  }

  get ids(): number[] {
    return this.batches.flatMap(({ trades }) => [...(trades.ids.values as Float64Array)]);
  }

  get times(): TimeAdvanced[] {
    return this.facts.flatMap((fact) => (fact.name === 'TimeAdvanced' ? [fact.body] : []));
  }

  get warmBars(): WarmBars[] {
    return this.facts.flatMap((fact) => (fact.name === 'WarmBars' ? [fact.body] : []));
  }

  /** Names of what was said beside trades, bars, prices and time. */
  get events(): string[] {
    const beside = new Set(['TradeBatch', 'WarmBars', 'PriceSeen', 'TimeAdvanced']);
    return this.facts.map(({ name }) => name).filter((name) => !beside.has(name));
  }

  bodies<Name extends FeedEventName>(name: Name): MessageOf<Name>[] {
    return this.facts.flatMap((fact) => (fact.name === name ? [fact.body as MessageOf<Name>] : []));
  }

  /** Holds what must be so of every feed: time goes on, and what was said to be sure stays so. */
  expectSound(): void {
    let [toldUs, sureUs] = [0, 0];
    for (const fact of this.facts) {
      if (fact.name === 'TradeBatch') expect(fact.body.trades.timeUs[0]).toBeGreaterThanOrEqual(sureUs);
      if (fact.name !== 'TimeAdvanced') continue;
      expect(fact.body.toldUs).toBeGreaterThanOrEqual(toldUs);
      expect(fact.body.sureUs).toBeGreaterThanOrEqual(sureUs);
      expect(fact.body.sureUs).toBeLessThanOrEqual(fact.body.toldUs);
      ({ toldUs, sureUs } = fact.body);
    }
  }
}

/** One life's speech into a store. Every word goes through its contract, as on the wire. */
export class MemorySpeech implements FeedSpeech {
  readonly stored: StoredFeed;
  /** While set, nothing is stored and there is no room. */
  #isStuck = false;
  #isDead = false;
  #waiting: (() => void)[] = [];
  #roomAsked: (() => void)[] = [];
  #flushes: (() => void)[] = [];

  constructor(stored = new StoredFeed()) {
    this.stored = stored;
  }

  /** Words that were said and are not stored. */
  get underWay(): number {
    return this.#waiting.length;
  }

  say<Name extends 'TradeBatch' | 'WarmBars' | FeedEventName | 'TimeAdvanced'>(
    name: Name,
    body: MessageOf<Name>,
  ): Promise<void> {
    const fact: Fact = decodeFact(typeOf(name), encodeFact(name, body));
    return new Promise((stored) => {
      this.#waiting.push(() => {
        this.stored.facts.push(fact as Said);
        stored();
      });
      this.#store();
    });
  }

  ready(): Promise<void> {
    if (!this.#isStuck) return Promise.resolve();
    return new Promise((room) => this.#roomAsked.push(room));
  }

  async flush(): Promise<void> {
    // A dead process waits for ever, without keeping anything alive.
    if (this.#isDead) return new Promise(() => undefined);
    if (this.#waiting.length > 0) await new Promise<void>((stored) => this.#flushes.push(stored));
  }

  async lastTrade(instrument: InstrumentId): Promise<StoredTrade | undefined> {
    const last = this.stored.batches.findLast(({ trades }) => trades.instrument === instrument)?.trades;
    return last === undefined ? undefined : lastTradeIn(last);
  }

  async ownBars(instrument: InstrumentId, timeframe: Timeframe, fromUs: TimeUs): Promise<OwnBar[]> {
    return [
      ...this.stored.warmBars
        .filter((each) => each.instrument === instrument && each.timeframe === timeframe)
        .flatMap(({ source, bars }) => bars.map((bar) => ({ source, bar }))),
      ...this.stored.candles
        .filter((each) => each.timeframe === timeframe && each.complete)
        .map((candle) => ({ source: 'own candles', bar: barOfCandle(candle) })),
    ].filter(({ bar }) => bar.openTimeUs >= fromUs);
  }

  async lastTime(feed: string): Promise<TimeAdvanced | undefined> {
    return this.stored.times.findLast((time) => time.feed === feed);
  }

  /** From now on the bus takes nothing, or takes all again. */
  stick(isStuck: boolean): void {
    this.#isStuck = isStuck;
    this.#store();
    if (!isStuck) for (const room of this.#roomAsked.splice(0)) room();
  }

  /** The process dies: of what is on its way only the first `arrives` words are stored. */
  die(arrives: number): void {
    for (const store of this.#waiting.splice(0, arrives)) store();
    this.#isDead = true;
    this.#waiting = [];
  }

  #store(): void {
    // In another turn, as a server's answer comes.
    setImmediate(() => {
      if (this.#isStuck || this.#isDead) return;
      for (const store of this.#waiting.splice(0)) store();
      for (const flushed of this.#flushes.splice(0)) flushed();
    });
  }
}
