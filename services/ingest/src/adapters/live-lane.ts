import {
  type FeedEvent,
  type FeedTraits,
  type InstrumentId,
  SIDE_UNREADABLE,
  type TradeColumns,
  type VenueBar,
} from '@algo/model';
import { BarAudit } from '../domain/bar-audit.ts';
import { NamedTrades } from '../domain/named-trades.ts';
import { type RawTrades, sliceRaw } from '../domain/raw-trades.ts';
import { Sequencer } from '../domain/sequencer.ts';
import type { SequencerCounters, SequencerWord } from '../domain/sequencer-words.ts';
import type { TradeOrder } from '../domain/trade-order.ts';
import { type NewestPrice, WaitingPrice } from '../domain/waiting-price.ts';
import { heardBehind, type WarmBeginning } from '../domain/warm-beginning.ts';
import type { StoredTrade } from './feed-speech.ts';
import { RawTradesBuilder } from './raw-trades-builder.ts';
import { TradeLane, type TradeLaneOptions } from './trade-lane.ts';

/**
 * Trades that wait for the bus, of one instrument; what comes on top is dropped, and its ids then open a gap.
 */
export const GATHERED_MAX = 200_000;

/** Who warms up: whether one more has room, and takes one that is held. */
interface WarmingUp {
  readonly hasRoom: boolean;
  want(lane: LiveLane): void;
}

/** What was missing when bars had to be warmed up anew. */
type LostTrades = Extract<SequencerWord, { readonly type: 'warm' }>;

export interface LiveLaneOptions extends Omit<TradeLaneOptions, 'sides' | 'audit'> {
  readonly traits: FeedTraits;
  /** The newest trade that is stored; undefined where nothing is. */
  readonly last: StoredTrade | undefined;
  /** Why missed trades can't be asked for, if so. */
  readonly noRest: string | undefined;
  /** Trades that a hole may have to be asked for. */
  readonly holeTradesMax: number;
  /** Whether trades wait for a warm-up, until `begin`. */
  readonly isHeld: boolean;
  /** Hears of a bar that differs from the venue's own. */
  readonly differs?: (gap: Extract<FeedEvent, { readonly type: 'GapUnfillable' }>) => void;
  /** Who warms up, if anybody. */
  readonly warmUp: (() => WarmingUp | undefined) | undefined;
}

/**
 * One instrument's trades from the feed to the bus, in the order of their ids. While batches are on their way
 * the next one gathers, so that a batch is one trade when it is quiet and many when it is busy.
 */
export class LiveLane {
  /** Its trades in their order. */
  order: TradeOrder;
  readonly lane: TradeLane;
  readonly #audit: BarAudit;
  readonly #options: LiveLaneOptions;
  readonly #gathered = new RawTradesBuilder();
  #receivedUs = 0;
  #heardMs = 0;
  #isScheduled = false;
  #dropped = 0;
  readonly #price = new WaitingPrice();
  #isHeld: boolean;
  /** Since when trades may wait for a warm-up; undefined while nothing is heard. */
  #heldSinceMs: number | undefined;
  /** What was missing when it had to be warmed up anew. */
  #lost: LostTrades | undefined;
  /** Counted before that. */
  #counted: SequencerCounters | undefined;
  #firstHeldId: number | undefined;
  /** The newest trade that was heard while trades are held. */
  #newestHeld: NewestPrice | undefined;

  constructor(options: LiveLaneOptions) {
    this.#options = options;
    this.#isHeld = options.isHeld;
    const { sides, mergedUs } = options.traits;
    this.#audit = new BarAudit(this.instrument, mergedUs);
    this.lane = new TradeLane({ ...options, sides, audit: this.#audit }, () => this.#sayGatheredSoon());
    this.order = this.#orderBehind(options.last);
    options.clock.setGap(this.instrument, this.#isHeld);
  }

  get instrument(): InstrumentId {
    return this.#options.instrument.id;
  }

  /** Trades wait for a warm-up. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Since when trades may wait; undefined before the first connection. *Units*: ms, monotonic. */
  get heldSinceMs(): number | undefined {
    return this.#heldSinceMs;
  }

  /** The id of the first trade that was heard while trades are held; undefined before, NaN for none. */
  get firstHeldId(): number | undefined {
    return this.#firstHeldId;
  }

  get dropped(): number {
    return this.#dropped;
  }

  /** What it has counted since it was made. */
  get counters() {
    const [now, before] = [this.order.counters, this.#counted];
    const all = { ...now };
    if (before !== undefined)
      for (const name of Object.keys(now) as (keyof SequencerCounters)[])
        if (name !== 'waiting') Object.assign(all, { [name]: now[name] + before[name] });
    return { ...all, ...this.#audit.counters };
  }

  /** A connection was made. */
  connected(): void {
    this.sayGathered();
    this.#heldSinceMs ??= this.#options.monotonicMs();
    this.order.connected(this.#options.monotonicMs());
    this.speak();
  }

  /** Takes a closed bar of the venue. */
  hearBar(bar: VenueBar): void {
    this.#audit.bar(bar, this.#options.monotonicMs());
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
        ids[i]!,
        merged?.[i],
      );
    const row = trades.count - 1;
    if (row < 0) return;
    this.#options.clock.seen(timeUs[row]!, this.#heardMs, this.#options.wallUs());
    if (this.#isHeld) {
      this.#newestHeld = { price: price[row]!, timeUs: timeUs[row]! };
      this.#firstHeldId ??= Number(ids[0]!);
    }
    this.#sayGatheredSoon();
  }

  /** Ends the wait: says what a warm-up fetched, if one did, and behind it what was heard. */
  begin(warm: WarmBeginning | undefined): void {
    this.#isHeld = false;
    const heard = this.#gathered.take(this.instrument, true);
    if (this.#lost !== undefined) this.#sayLost(this.#lost, warm?.raw.count ? warm.raw : heard);
    this.#lost = undefined;
    if (warm !== undefined) this.#beginBehind(warm);
    const rest = warm === undefined ? heard : heardBehind(heard, warm.last.id);
    if (rest.count > 0) this.order.hear(rest, { receivedUs: this.#receivedUs, heardMs: this.#heardMs });
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
    this.order.hear(raw, { receivedUs: this.#receivedUs, heardMs: this.#heardMs });
    this.speak();
  }

  /** Looks what was waited for long enough. */
  look(): void {
    const nowMs = this.#options.monotonicMs();
    this.order.goOn(nowMs, this.#options.warmUp?.()?.hasRoom ?? false);
    this.speak();
    for (const event of this.#audit.look(nowMs, this.#isHeld || this.order.hasHole)) {
      this.say(event);
      if (event.type === 'GapUnfillable') this.#options.differs?.(event);
    }
    this.#sayPrice(nowMs);
  }

  /** Says what there is to be said of its order. */
  speak(): void {
    for (const word of this.order.take()) this.#speakWord(word);
    this.#options.clock.setGap(this.instrument, this.#isHeld || this.order.hasHole);
  }

  #orderBehind(last: LiveLaneOptions['last']): TradeOrder {
    const { holeTradesMax, noRest, traits } = this.#options;
    const instrument = this.instrument;
    if (traits.ids === 'named') {
      const known = last && { names: last.names ?? [], timeUs: last.timeUs };
      return new NamedTrades({ instrument, last: known, noRest });
    }
    return new Sequencer({ instrument, last, noRest, rowsSpanIds: traits.rowsSpanIds, holeTradesMax });
  }

  /** Begins to hold: bars come first, then the trades behind them. */
  #hold(lost: LostTrades): void {
    this.#counted = { ...this.counters, waiting: 0 };
    this.order = this.#orderBehind(undefined);
    [this.#isHeld, this.#heldSinceMs, this.#lost] = [true, this.#options.monotonicMs(), lost];
    [this.#firstHeldId, this.#newestHeld] = [undefined, undefined];
    this.#options.warmUp?.()?.want(this);
  }

  /** Says that all up to the first of some trades is lost; nothing where there is none yet. */
  #sayLost({ code, fromId, fromUs, reason }: LostTrades, next: RawTrades): void {
    const [id, timeUs] = [next.ids?.[0], next.timeUs[0]];
    // What comes has another place: it can't be told how much was missed.
    const missing = id === undefined || !(id > fromId) ? 0 : id - fromId;
    const toUs = timeUs ?? fromUs;
    const ids = { fromTradeId: fromId, toTradeId: fromId + Math.max(0, missing - 1) };
    const gap = { instrument: this.instrument, kind: 'ids', fromUs, toUs, ids, timeUs: toUs } as const;
    this.#counted = { ...this.#counted!, missing: this.#counted!.missing + missing };
    this.#audit.lost(fromUs, toUs);
    this.lane.say({ type: 'GapUnfillable', ...gap, missing, code, reason });
    this.lane.skipHole();
  }

  #beginBehind({ raw, last }: WarmBeginning): void {
    const coming = { receivedUs: this.#options.wallUs(), origin: 'warm-up', heardMs: undefined } as const;
    for (let rest = raw; rest.count > 0; ) {
      // Between the ids of its own history the venue has no others.
      this.#options.screen.expect(rest.ids![0]!);
      const jump = this.lane.pass(rest, coming);
      rest = sliceRaw(rest, jump?.row ?? rest.count, rest.count);
    }
    this.order = this.#orderBehind(last);
  }

  #speakWord(word: SequencerWord): void {
    const { screen, wallUs } = this.#options;
    switch (word.type) {
      case 'released': {
        const { raw, heardMs, isBehindHole } = word;
        if (isBehindHole) this.lane.skipHole();
        if (raw.ids !== undefined) screen.expect(raw.ids[0]!);
        const origin = heardMs === undefined ? 'back-fill' : 'live';
        this.lane.pass(raw, { receivedUs: word.receivedUs || wallUs(), origin, heardMs });
        return;
      }
      case 'gap':
        if (word.event.type === 'GapUnfillable') this.#audit.lost(word.event.fromUs, word.event.toUs);
        this.lane.say(word.event);
        return;
      case 'warm':
        this.#hold(word);
        return;
      case 'refused':
        for (const event of screen.leaveOut(word.code, word.raw, word.row)) this.lane.say(event);
        return;
      default:
        word satisfies never;
    }
  }

  #sayPrice(nowMs: number): void {
    const { clock, wallUs } = this.#options;
    const newest = this.#isHeld ? this.#newestHeld : this.order.newestWaiting;
    const sinceMs = this.#isHeld ? this.#heldSinceMs! : this.order.oldestHoleMs;
    const price = this.#price.take(newest, sinceMs, nowMs, clock.latestUs(nowMs, wallUs()));
    if (price !== undefined) this.lane.say({ type: 'PriceSeen', instrument: this.instrument, ...price });
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
