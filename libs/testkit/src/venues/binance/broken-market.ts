import { SeededRandom } from '@algo/simulation';
import type { BinanceStandIn } from './binance-stand-in.ts';
import { type BrokenPlan, type Fault, type FaultKind, faultPlan, LATE } from './broken-plan.ts';
import { lineOf } from './broken-tape.ts';
import type { TapeAggregate, TapeTrade } from './tape.ts';

/** Trades a second where nobody says; in one go at most so many: a slow machine has fewer. */
const TRADES_PER_SECOND = 10_000;
const TRADES_AT_ONCE_MAX = 200;
const PLAY_EVERY_MS = 4;
const STALL_MS = 300;
const DOWN_MS = 200;
const BUSY_MS = 300;
const OLD_MS = 700;
/** Trades of one price that a market which merges makes one row of, at most. */
const SWEEP_MAX = 4;
/** Frames that overtake each other at once. */
const REORDER_MAX = 20;
/** Three seconds before a minute begins. */
const T0_US = 1_750_507_497_000_000;
const FIRST_ID = 1_000;

/** What happens to the frames of a symbol at present. *Shape*: `left` trades more. */
interface Handling {
  readonly kind: 'lost' | 'twice' | 'reordered';
  left: number;
  kept: TapeTrade[];
}

/** Who listens to the market, and dies and comes back with it. */
export interface Listener {
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Resolves when nothing waits any more. */
  settled(): Promise<void>;
}

interface Range {
  readonly fromId: number;
  readonly toId: number;
  /** How the history fails there: it answers nothing, or never gets so far. */
  readonly fails: boolean;
}

/**
 * A market of many symbols on a stand-in that breaks by a plan. The tape is what really happened, in rows as
 * the venue tells them.
 */
export class BrokenMarket {
  readonly tape: ReadonlyMap<string, TapeTrade[]>;
  /** By symbol, what nobody can bring back. */
  readonly buried = new Map<string, Range[]>();
  readonly plan: readonly Fault[];
  readonly #server: BinanceStandIn;
  readonly #settings: BrokenPlan;
  readonly #symbols: readonly string[];
  readonly #random: SeededRandom;
  /** By symbol, the id of the next row, and of the next trade in one. */
  readonly #nextIds: number[];
  readonly #nextTrades: number[];
  readonly #merges: boolean;
  readonly #handling = new Map<number, Handling>();
  readonly #timers = new Set<NodeJS.Timeout>();
  /** By symbol, where its history ends for a while. */
  readonly #old = new Map<string, number>();
  #busy: { readonly status: number; readonly retryAfterS?: number } | undefined;
  #startMs = 0;
  #count = 0;

  /** `merges`: rows are trades of one price and side. */
  constructor(server: BinanceStandIn, symbols: readonly string[], settings: BrokenPlan, merges: boolean) {
    this.#server = server;
    this.#symbols = symbols;
    this.#settings = settings;
    this.plan = faultPlan(settings);
    this.#random = SeededRandom.seeded(settings.seed).stream('market');
    this.tape = new Map(symbols.map((symbol) => [symbol, []]));
    this.#merges = merges;
    this.#nextIds = symbols.map(() => (merges ? 1 : FIRST_ID));
    this.#nextTrades = symbols.map(() => FIRST_ID);
    server.readFault = (symbol, fromId) => this.#readFault(symbol, fromId);
    server.historyEnd = (symbol, fromId) => this.#historyEnd(symbol, fromId);
  }

  /** The time of this market; it stands until it is played. *Units*: ms. */
  nowMs(): number {
    return T0_US / 1_000 + Math.floor(this.#playedMs);
  }

  get #playedMs(): number {
    return this.#startMs === 0 ? 0 : performance.now() - this.#startMs;
  }

  /** Lets each symbol trade once before anybody listens. */
  begin(): void {
    for (const s of this.#symbols.keys()) this.#trade(s);
  }

  /** Returns what is to be stored of a symbol, a line a row: all but what nobody can bring back. */
  linesOf(symbol: string): string[] {
    const buried = this.buried.get(symbol) ?? [];
    const isBuried = (id: number) => buried.some(({ fromId, toId }) => fromId <= id && id <= toId);
    return this.tape.get(symbol)!.flatMap((row) => (isBuried(row.id) ? [] : [lineOf(row)]));
  }

  /** Plays the whole market to a listener that is there. */
  async play(listener: Listener): Promise<void> {
    const { trades, symbols, tradesPerSecond = TRADES_PER_SECOND } = this.#settings;
    this.#startMs = performance.now();
    const faults = [...this.plan];
    let startsAt = Number.POSITIVE_INFINITY;
    let isLate = false;
    for (let playedMs = this.#startMs; this.#count < trades; ) {
      const nowMs = performance.now();
      const due = Math.ceil(((nowMs - playedMs) * tradesPerSecond) / 1_000);
      const until = Math.min(trades, this.#count + Math.min(due, TRADES_AT_ONCE_MAX));
      playedMs = nowMs;
      while (this.#count < until) {
        if (this.#count >= startsAt) {
          startsAt = Number.POSITIVE_INFINITY;
          await listener.start();
        }
        if (!isLate && this.#count >= (LATE[0] - 0.01) * trades) {
          isLate = true;
          await listener.settled();
        }
        while (faults[0] !== undefined && faults[0].at <= this.#count) {
          const fault = faults.shift()!;
          const { kind } = fault;
          if (kind !== 'restart') this.#begin({ ...fault, kind });
          else if (startsAt === Number.POSITIVE_INFINITY) {
            await listener.stop();
            startsAt = this.#count + fault.size * symbols;
          }
        }
        this.#trade(this.#random.below(symbols));
        this.#count++;
      }
      await new Promise((resolve) => setTimeout(resolve, PLAY_EVERY_MS));
    }
  }

  /** Nothing breaks any more by itself. */
  end(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #trade(s: number): void {
    const symbol = this.#symbols[s]!;
    const plain = {
      timeUs: T0_US + Math.floor(this.#playedMs * 1_000),
      price: (80 + this.#random.below(1_000) / 100).toFixed(2),
      isBuyerMaker: this.#random.chance(0.5),
    };
    const trades = Array.from({ length: this.#merges ? 1 + this.#random.below(SWEEP_MAX) : 1 }, () => {
      const id = this.#merges ? this.#nextTrades[s]!++ : this.#nextIds[s]!;
      return { ...plain, id, quantity: (1 + this.#random.below(1_000)).toString() };
    });
    this.#nextIds[s]!++;
    const merged = this.#server.happen(symbol, trades);
    const row: TapeTrade | TapeAggregate = this.#merges ? merged[0]! : trades[0]!;
    this.tape.get(symbol)!.push(row);
    const handling = this.#handling.get(s);
    if (handling === undefined) this.#tell(symbol, [row]);
    else this.#handle(s, handling, row);
  }

  #tell(symbol: string, rows: readonly TapeTrade[]): void {
    if (this.#merges) this.#server.streamMerged(symbol, rows as TapeAggregate[]);
    else this.#server.stream(symbol, rows);
  }

  #handle(s: number, handling: Handling, trade: TapeTrade): void {
    const symbol = this.#symbols[s]!;
    if (--handling.left === 0) this.#handling.delete(s);
    switch (handling.kind) {
      case 'lost':
        return;
      case 'twice':
        this.#tell(symbol, [trade, trade]);
        return;
      case 'reordered': {
        const { kept } = handling;
        kept.push(trade);
        if (kept.length < REORDER_MAX && handling.left > 0) return;
        const order = kept.map((frame) => ({ frame, by: this.#random.uniform() }));
        order.sort((a, b) => a.by - b.by);
        this.#tell(
          symbol,
          order.map(({ frame }) => frame),
        );
        handling.kept = [];
        return;
      }
      default:
        handling.kind satisfies never;
    }
  }

  #begin({
    kind,
    symbol: s,
    size,
  }: Omit<Fault, 'kind'> & { readonly kind: Exclude<FaultKind, 'restart'> }): void {
    const server = this.#server;
    const [symbol, id] = [this.#symbols[s]!, this.#nextIds[s]!];
    switch (kind) {
      case 'drop':
        for (const client of server.open) client.cut();
        return;
      case 'half-open':
        for (const client of server.open) client.isMuted = true;
        return;
      case 'stall':
        for (const client of server.open) {
          client.stall(true);
          this.#later(STALL_MS, () => client.stall(false));
        }
        return;
      case 'server restart':
        server.refuses = true;
        for (const client of server.open) client.cut();
        this.#later(DOWN_MS, () => {
          server.refuses = false;
        });
        return;
      case 'busy':
      case 'banned':
        this.#lose(s, size);
        this.#busy = kind === 'busy' ? { status: 503 } : { status: 429, retryAfterS: 1 };
        this.#later(BUSY_MS, () => {
          this.#busy = undefined;
        });
        return;
      case 'missing':
        this.#lose(s, size);
        return;
      case 'old page':
        this.#lose(s, size);
        this.#old.set(symbol, id + (size >> 1));
        this.#later(OLD_MS, () => this.#old.delete(symbol));
        return;
      case 'buried':
        this.#lose(s, size);
        this.buried.set(symbol, [
          ...(this.buried.get(symbol) ?? []),
          { fromId: id, toId: id + size - 1, fails: this.#random.chance(0.5) },
        ]);
        return;
      case 'duplicate':
        this.#handling.set(s, { kind: 'twice', left: size, kept: [] });
        return;
      case 'reorder':
        this.#handling.set(s, { kind: 'reordered', left: size + 1, kept: [] });
        return;
      case 'absent':
        // Rows of merged trades count on: only the trades in them leap.
        if (this.#merges) this.#nextTrades[s]! += size;
        else this.#nextIds[s] = id + size;
        return;
      default:
        kind satisfies never;
    }
  }

  #lose(s: number, size: number): void {
    this.#handling.set(s, { kind: 'lost', left: size, kept: [] });
  }

  #later(ms: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, ms);
    this.#timers.add(timer);
  }

  #readFault(symbol: string, fromId: number) {
    if (this.#busy !== undefined) return this.#busy;
    const buried = this.buried.get(symbol)?.find((range) => range.fromId <= fromId && fromId <= range.toId);
    return buried?.fails === true ? { status: 503 } : undefined;
  }

  #historyEnd(symbol: string, fromId: number): number {
    const buried = this.buried.get(symbol)?.find(({ toId }) => toId >= fromId);
    return Math.min(
      buried?.fromId ?? Number.POSITIVE_INFINITY,
      this.#old.get(symbol) ?? Number.POSITIVE_INFINITY,
    );
  }
}
