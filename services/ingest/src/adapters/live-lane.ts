import {
  type FeedEvent,
  type InstrumentId,
  SIDE_UNREADABLE,
  type TimeUs,
  type TradeColumns,
} from '@algo/model';
import { PRICE_EVERY_MS } from '../domain/bounds.ts';
import { rawOf } from '../domain/raw-trades.ts';
import { Sequencer } from '../domain/sequencer.ts';
import type { SequencerWord } from '../domain/sequencer-words.ts';
import { RawTradesBuilder } from './raw-trades-builder.ts';
import { TradeLane, type TradeLaneOptions } from './trade-lane.ts';

/**
 * Trades that wait for the bus, of one instrument; what comes on top is dropped, and its ids then open a gap.
 */
export const GATHERED_MAX = 200_000;

export interface LiveLaneOptions extends TradeLaneOptions {
  /** The newest trade that is stored; undefined where nothing is. */
  readonly last: { readonly id: number; readonly timeUs: TimeUs } | undefined;
  /** Why missed trades can't be asked for, if so. */
  readonly noRest: string | undefined;
  readonly rowsSpanIds: boolean;
}

/**
 * One instrument's trades from the feed to the bus, in the order of their ids. While batches are on their way
 * the next one gathers, so that a batch is one trade when it is quiet and many when it is busy.
 */
export class LiveLane {
  readonly sequencer: Sequencer;
  readonly lane: TradeLane;
  readonly #options: LiveLaneOptions;
  readonly #gathered = new RawTradesBuilder();
  #receivedUs = 0;
  #heardMs = 0;
  #isScheduled = false;
  #dropped = 0;
  /** When a price was said last, and of which trade. */
  #pricedMs = Number.NEGATIVE_INFINITY;
  #pricedUs: TimeUs = 0;

  constructor(options: LiveLaneOptions) {
    this.#options = options;
    const { instrument, last, noRest, rowsSpanIds } = options;
    this.lane = new TradeLane(options, () => this.#sayGatheredSoon());
    this.sequencer = new Sequencer({ instrument: instrument.id, last, noRest, rowsSpanIds });
  }

  get instrument(): InstrumentId {
    return this.#options.instrument.id;
  }

  get dropped(): number {
    return this.#dropped;
  }

  /** Takes trades as they are heard. */
  hear(trades: TradeColumns): void {
    if (this.#gathered.count + trades.count > GATHERED_MAX) {
      this.#dropped += trades.count;
      return;
    }
    if (this.#gathered.count === 0) this.#receivedUs = this.#options.wallUs();
    this.#heardMs = this.#options.monotonicMs();
    const { timeUs, price, quantity, side, merged } = trades;
    const ids = trades.ids.values;
    for (let i = 0; i < trades.count; i++)
      this.#gathered.append(
        timeUs[i]!,
        price[i]!,
        quantity[i]!,
        side[i] ?? SIDE_UNREADABLE,
        Number(ids[i]),
        merged?.[i],
      );
    this.#sayGatheredSoon();
  }

  /** Says something of the feed, behind the trades that were heard before it. */
  say(event: FeedEvent): void {
    this.sayGathered();
    this.lane.say(event);
  }

  /** Says all that was heard and is not waiting for a hole, however much is on its way already. */
  sayGathered(): void {
    if (this.#gathered.count === 0) return;
    const raw = this.#gathered.take(this.instrument, true);
    this.sequencer.hear(raw, { receivedUs: this.#receivedUs, heardMs: this.#heardMs });
    this.speak();
  }

  /** Looks what was waited for long enough. */
  look(): void {
    const nowMs = this.#options.monotonicMs();
    this.sequencer.goOn(nowMs);
    this.speak();
    this.#sayPrice(nowMs);
  }

  /** Takes a page of the venue's history from an id on. */
  takePage(fromId: number, page: TradeColumns): void {
    this.sequencer.page(fromId, rawOf(page), this.#options.monotonicMs());
    this.speak();
  }

  /** Says what the sequencer has to say. */
  speak(): void {
    for (const word of this.sequencer.take()) this.#speakWord(word);
    this.#options.clock.setGap(this.instrument, this.sequencer.hasHole);
  }

  #speakWord(word: SequencerWord): void {
    const { screen, wallUs } = this.#options;
    switch (word.type) {
      case 'released': {
        const { raw, heardMs, isBehindHole } = word;
        if (isBehindHole) this.lane.skipHole();
        screen.expect(raw.ids![0]!);
        const origin = heardMs === undefined ? 'back-fill' : 'live';
        this.lane.pass(raw, { receivedUs: word.receivedUs || wallUs(), origin, heardMs });
        return;
      }
      case 'gap':
        this.lane.say(word.event);
        return;
      case 'refused':
        for (const event of screen.leaveOut(word.code, word.raw, word.row)) this.lane.say(event);
        return;
      default:
        word satisfies never;
    }
  }

  /** Says the newest price of trades that have waited for a while: stops must not go blind by a hole. */
  #sayPrice(nowMs: number): void {
    const { clock, wallUs } = this.#options;
    const newest = this.sequencer.newestWaiting;
    const sinceMs = Math.max(this.sequencer.oldestHoleMs, this.#pricedMs);
    if (newest === undefined || nowMs - sinceMs < PRICE_EVERY_MS || newest.timeUs <= this.#pricedUs) return;
    // A time ahead of the feed's would carry the time of whoever reads it along.
    if (newest.timeUs > clock.latestUs(nowMs, wallUs())) return;
    [this.#pricedMs, this.#pricedUs] = [nowMs, newest.timeUs];
    this.lane.say({ type: 'PriceSeen', instrument: this.instrument, ...newest });
  }

  #sayGatheredSoon(): void {
    if (this.#isScheduled || this.#gathered.count === 0 || !this.lane.isIdle) return;
    this.#isScheduled = true;
    // What this turn of the event loop still brings travels along.
    setImmediate(() => {
      this.#isScheduled = false;
      this.sayGathered();
    });
  }
}
