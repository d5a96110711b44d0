import {
  type FeedEvent,
  type InstrumentId,
  SIDE_UNREADABLE,
  type TimeUs,
  type TradeColumns,
} from '@algo/model';
import { PRICE_EVERY_MS } from '../domain/bounds.ts';
import { rawOf, sliceRaw } from '../domain/raw-trades.ts';
import { Sequencer } from '../domain/sequencer.ts';
import type { SequencerWord } from '../domain/sequencer-words.ts';
import { heardBehind, type WarmBeginning } from '../domain/warm-beginning.ts';
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
  /** Whether trades wait for a warm-up, until `begin`. */
  readonly isHeld: boolean;
}

/**
 * One instrument's trades from the feed to the bus, in the order of their ids. While batches are on their way
 * the next one gathers, so that a batch is one trade when it is quiet and many when it is busy.
 */
export class LiveLane {
  #sequencer: Sequencer;
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
  #isHeld: boolean;
  readonly #heldSinceMs: number;
  #firstHeldId: number | undefined;
  /** The newest trade that was heard while trades are held. */
  #newestHeld: { readonly price: number; readonly timeUs: TimeUs } | undefined;

  constructor(options: LiveLaneOptions) {
    this.#options = options;
    this.#isHeld = options.isHeld;
    this.#heldSinceMs = options.monotonicMs();
    this.lane = new TradeLane(options, () => this.#sayGatheredSoon());
    this.#sequencer = this.#sequencerBehind(options.last);
    options.clock.setGap(this.instrument, this.#isHeld);
  }

  get sequencer(): Sequencer {
    return this.#sequencer;
  }

  get instrument(): InstrumentId {
    return this.#options.instrument.id;
  }

  /** Trades wait for a warm-up. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** The id of the first trade that was heard while trades are held; undefined before, NaN for none. */
  get firstHeldId(): number | undefined {
    return this.#firstHeldId;
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
    const row = trades.count - 1;
    if (this.#isHeld && row >= 0) {
      this.#newestHeld = { price: price[row]!, timeUs: timeUs[row]! };
      this.#firstHeldId ??= Number(ids[0]);
    }
    this.#sayGatheredSoon();
  }

  /** Ends the wait: says what a warm-up fetched, if one did, and behind it what was heard. */
  begin(warm: WarmBeginning | undefined): void {
    this.#isHeld = false;
    const heard = this.#gathered.take(this.instrument, true);
    if (warm !== undefined) this.#beginBehind(warm);
    const rest = warm === undefined ? heard : heardBehind(heard, warm.last.id);
    if (rest.count > 0) this.sequencer.hear(rest, { receivedUs: this.#receivedUs, heardMs: this.#heardMs });
    this.speak();
  }

  /** Says something of the feed, behind the trades that were heard before it. */
  say(event: FeedEvent): void {
    this.sayGathered();
    this.lane.say(event);
  }

  /** Says all that was heard and is not waiting for a hole, however much is on its way already. */
  sayGathered(): void {
    if (this.#gathered.count === 0 || this.#isHeld) return;
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
    this.#options.clock.setGap(this.instrument, this.#isHeld || this.sequencer.hasHole);
  }

  #sequencerBehind(last: LiveLaneOptions['last']): Sequencer {
    const { instrument, noRest, rowsSpanIds } = this.#options;
    return new Sequencer({ instrument: instrument.id, last, noRest, rowsSpanIds });
  }

  #beginBehind({ raw, last }: WarmBeginning): void {
    const coming = { receivedUs: this.#options.wallUs(), origin: 'warm-up', heardMs: undefined } as const;
    for (let rest = raw; rest.count > 0; ) {
      // Between the ids of its own history the venue has no others.
      this.#options.screen.expect(rest.ids![0]!);
      const jump = this.lane.pass(rest, coming);
      rest = sliceRaw(rest, jump?.row ?? rest.count, rest.count);
    }
    this.#sequencer = this.#sequencerBehind(last);
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
    const newest = this.#isHeld ? this.#newestHeld : this.sequencer.newestWaiting;
    const waitsSinceMs = this.#isHeld ? this.#heldSinceMs : this.sequencer.oldestHoleMs;
    const sinceMs = Math.max(waitsSinceMs, this.#pricedMs);
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
