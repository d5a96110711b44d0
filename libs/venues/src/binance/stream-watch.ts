import { StreamRhythm } from './stream-rhythm.ts';

const LOOK_EVERY_MS = 1_000;

export interface StreamWatchOptions {
  readonly nowMs: () => number;
  /** Between two questions: what they cost is taken from those who fill holes. *Units*: ms. */
  readonly askEveryMs: number;
  /** Rejects where the history can't be read now. */
  readonly newestId: (symbol: string) => Promise<number>;
  /** A stream was acknowledged, and has no data. */
  readonly mute: (symbol: string) => void;
}

/** Watches all streams of a feed for those that are silent though trades happen; one question at a time. */
export class StreamWatch implements Disposable {
  readonly #options: StreamWatchOptions;
  readonly #rhythms = new Map<string, StreamRhythm>();
  readonly #connected = new Set<string>();
  readonly #timer: NodeJS.Timeout;
  #isAsking = false;
  #askAgainMs = 0;

  constructor(options: StreamWatchOptions, lookEveryMs = LOOK_EVERY_MS) {
    this.#options = options;
    this.#timer = setInterval(() => this.#look(), lookEveryMs);
  }

  heard(symbol: string, id: number): void {
    this.#rhythms.get(symbol)?.heard(id, this.#options.nowMs());
  }

  connected(symbols: readonly string[]): void {
    const now = this.#options.nowMs();
    for (const symbol of symbols) {
      const rhythm = this.#rhythms.get(symbol) ?? new StreamRhythm(now);
      this.#rhythms.set(symbol, rhythm);
      rhythm.connected(now);
      this.#connected.add(symbol);
    }
  }

  disconnected(symbols: readonly string[]): void {
    for (const symbol of symbols) this.#connected.delete(symbol);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = this.#options.nowMs();
    let due: string | undefined;
    let mostMs = 0;
    for (const symbol of [...this.#connected]) {
      const rhythm = this.#rhythms.get(symbol)!;
      if (rhythm.isMute(now)) this.#options.mute(symbol);
      const overdueMs = rhythm.overdueMs(now);
      if (overdueMs > mostMs) [due, mostMs] = [symbol, overdueMs];
    }
    if (due !== undefined && !this.#isAsking && now >= this.#askAgainMs)
      void this.#ask(due, this.#rhythms.get(due)!);
  }

  async #ask(symbol: string, rhythm: StreamRhythm): Promise<void> {
    this.#isAsking = true;
    this.#askAgainMs = this.#options.nowMs() + this.#options.askEveryMs;
    try {
      rhythm.checked(await this.#options.newestId(symbol), this.#options.nowMs());
    } catch {
      rhythm.unchecked(this.#options.nowMs()); // the reason is told by whoever needs the history
    }
    this.#isAsking = false;
  }
}
