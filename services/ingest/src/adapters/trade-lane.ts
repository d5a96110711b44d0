import type { Bus, Emission, Stored } from '@algo/bus';
import { laneOf } from '@algo/contracts';
import { type FeedEvent, type InstrumentId, sliceTrades, type TimeUs } from '@algo/model';
import type { TradeScreen } from '../domain/trade-screen.ts';
import type { BinanceTrade } from './binance-trade.ts';
import { BATCH_ROWS_MAX, batchEmission, feedEmission } from './feed-emissions.ts';
import { RawTradesBuilder } from './raw-trades-builder.ts';

/**
 * Trades that wait for the bus, of one instrument; what comes on top is dropped, and its ids then open a gap.
 */
export const GATHERED_MAX = 200_000;

const EVENTS_MAX = 10_000;

/** Puts this process's messages into lanes: numbers them and hands them to the bus. */
export class LiveLanes {
  readonly #bus: Bus;
  readonly #epoch: number;
  readonly #counts = new Map<string, number>();

  constructor(bus: Bus, epoch: number) {
    this.#bus = bus;
    this.#epoch = epoch;
  }

  get epoch(): number {
    return this.#epoch;
  }

  publish(emission: Emission): Promise<Stored> {
    const lane = laneOf(emission.subject);
    const count = (this.#counts.get(lane) ?? 0) + 1;
    this.#counts.set(lane, count);
    return this.#bus.publish({
      ...emission,
      lane: { producer: this.#bus.identity, epoch: this.#epoch, count },
    });
  }
}

/**
 * One instrument's trades on their way to the bus: while a publish is under way the next batch gathers, so
 * that a batch is one
 * trade when it is quiet and many when it is busy.
 */
export class LiveBatches {
  readonly #instrument: InstrumentId;
  readonly #screen: TradeScreen;
  readonly #lanes: LiveLanes;
  readonly #fail: (error: Error) => void;
  readonly #gathered = new RawTradesBuilder();
  #events: FeedEvent[] = [];
  #eventCount = 0;
  #receivedUs = 0;
  #isPublishing = false;
  #dropped = 0;

  constructor(instrument: InstrumentId, screen: TradeScreen, lanes: LiveLanes, fail: (error: Error) => void) {
    this.#instrument = instrument;
    this.#screen = screen;
    this.#lanes = lanes;
    this.#fail = fail;
  }

  get dropped(): number {
    return this.#dropped;
  }

  add(trade: BinanceTrade, receivedUs: TimeUs): void {
    if (this.#gathered.count >= GATHERED_MAX) {
      this.#dropped++;
      return;
    }
    if (this.#gathered.count === 0) this.#receivedUs = receivedUs;
    this.#gathered.append(trade.timeUs, trade.price, trade.quantity, trade.side, trade.id);
    this.#publishSoon();
  }

  /** Says something of the feed, after the trades heard before it. */
  say(event: FeedEvent): void {
    // The bus gives up long before so many have gathered, and with it this process.
    if (this.#events.length < EVENTS_MAX) this.#events.push(event);
    this.#publishSoon();
  }

  #publishSoon(): void {
    if (this.#isPublishing) return;
    this.#isPublishing = true;
    // What this turn of the event loop still brings travels along.
    setImmediate(() => this.#publish());
  }

  #publish(): void {
    const acks: Promise<Stored>[] = [];
    if (this.#gathered.count > 0) {
      const { trades, events, complete } = this.#screen.screen(this.#gathered.take(this.#instrument, true));
      for (let from = 0; from < trades.count; from += BATCH_ROWS_MAX) {
        const part = sliceTrades(trades, from, Math.min(trades.count, from + BATCH_ROWS_MAX));
        acks.push(
          this.#lanes.publish(batchEmission(part, complete, this.#receivedUs, `:${this.#lanes.epoch}`)),
        );
      }
      for (const event of events) acks.push(this.#publishEvent(event));
    }
    for (const event of this.#events) acks.push(this.#publishEvent(event));
    this.#events = [];
    Promise.all(acks).then(
      () => {
        this.#isPublishing = false;
        if (this.#gathered.count > 0 || this.#events.length > 0) this.#publishSoon();
      },
      (error: unknown) => this.#fail(error as Error),
    );
  }

  #publishEvent(event: FeedEvent): Promise<Stored> {
    return this.#lanes.publish(feedEmission(event, `live${this.#lanes.epoch}:${this.#eventCount++}`));
  }
}
