import { type FeedEvent, type InstrumentId, US_PER_MS } from '@algo/model';

/** Instruments and reasons that are named, at most; the others are counted. */
const NAMED_MAX = 5;
/** Of frames that can't be read one in so long goes to the log, cut. */
const SAMPLE_EVERY_MS = 60_000;
const SAMPLE_CHARACTERS_MAX = 300;

type GapWords = Extract<FeedEvent, { readonly type: 'GapUnfillable' }>;

/** What a person is told of a feed that fails: why, once, in words. */
export class FeedTrouble {
  readonly #feed: string;
  readonly #warn: (words: string) => void;
  /** By instrument, why it was disconnected last. */
  readonly #because = new Map<InstrumentId, string>();
  #malformed = 0;
  /** By instrument, how often its bars differed from the venue's own, and how the last did. */
  readonly #differing = new Map<InstrumentId, { readonly times: number; readonly last: string }>();
  #sampledMs = Number.NEGATIVE_INFINITY;

  constructor(feed: string, warn: (words: string) => void = () => undefined) {
    this.#feed = feed;
    this.#warn = warn;
  }

  /** Frames that could not be read. */
  get malformed(): number {
    return this.#malformed;
  }

  disconnected(instruments: readonly InstrumentId[], reason: string): void {
    for (const instrument of instruments) this.#because.set(instrument, reason);
    this.#warn(`${this.#feed}: not connected for ${named(instruments)}: ${reason}`);
  }

  /** Counts a frame that can't be read. *Units*: `nowMs` monotonic. */
  unreadable(frame: string, nowMs: number): void {
    this.#malformed++;
    if (nowMs - this.#sampledMs < SAMPLE_EVERY_MS) return;
    this.#sampledMs = nowMs;
    const sample = JSON.stringify(frame.slice(0, SAMPLE_CHARACTERS_MAX));
    this.#warn(`${this.#feed}: ${this.#malformed} frames could not be read, the last is ${sample}`);
  }

  /** Trades say less, or more, than the venue's own bar of a minute. */
  differs({ instrument, fromUs, reason }: GapWords): void {
    const at = new Date(fromUs / US_PER_MS).toISOString().slice(0, 16);
    const times = (this.#differing.get(instrument)?.times ?? 0) + 1;
    this.#differing.set(instrument, { times, last: `${at}Z: ${reason}` });
    this.#warn(`${this.#feed}: the bar of ${instrument} at ${at}Z is incomplete: ${reason}`);
  }

  /** Returns words of the instruments whose bars differed from the venue's. */
  notes(): string[] {
    return [...this.#differing]
      .slice(-NAMED_MAX)
      .map(
        ([id, { times, last }]) => `${id}: bars that differ from the venue's: ${times}, the last at ${last}`,
      );
  }

  /** Returns words for whoever asks why instruments are not connected. */
  reasons(without: readonly InstrumentId[]): string[] {
    if (without.length === 0) return [];
    const because = new Set(without.map((id) => this.#because.get(id)).filter((why) => why !== undefined));
    const why = because.size === 0 ? '' : `: ${[...because].slice(0, NAMED_MAX).join('; ')}`;
    return [`${this.#feed}: not connected for ${named(without)}${why}`];
  }
}

function named(instruments: readonly InstrumentId[]): string {
  const names = instruments.slice(0, NAMED_MAX).join(', ');
  return instruments.length > NAMED_MAX ? `${names} and ${instruments.length - NAMED_MAX} more` : names;
}
