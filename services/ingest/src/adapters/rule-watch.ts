import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '@algo/bus';
import {
  type Instrument,
  type InstrumentId,
  type InstrumentRules,
  ruleChangeWords,
  rulesOf,
  US_PER_MS,
} from '@algo/model';
import {
  type ExchangeInstruments,
  exchangeInstruments,
  type FirstRules,
  type ListingCache,
  listedInstrument,
  type RuleOverride,
} from '@algo/runtime';
import type { MarketDataFeed } from '@algo/venues';
import type { RuleSpeech } from './feed-speech.ts';

/** How soon an exchange that did not answer is asked again. */
const RETRY_FIRST_MS = 1_000;
const RETRY_MAX_MS = 60_000;

export interface RuleWatchOptions {
  readonly feed: MarketDataFeed;
  readonly speech: RuleSpeech;
  readonly cache: ListingCache;
  readonly firstRules: FirstRules;
  readonly overrides: ReadonlyMap<InstrumentId, RuleOverride>;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly wanted: readonly InstrumentId[];
  /** How often the exchange is asked. */
  readonly everyMs: number;
  readonly warn: (words: string) => void;
}

/**
 * Knows by which rules the exchange of a feed takes orders for the instruments that it brings: as it says,
 * else as it said last. What it changes is said once, as a fact. One read of all in `everyMs`.
 */
export class RuleWatch implements AsyncDisposable {
  /** By the rules of their beginning. */
  readonly instruments: readonly Instrument[];
  readonly #options: RuleWatchOptions;
  /** What was told last of each. */
  readonly #told: Map<InstrumentId, InstrumentRules>;
  readonly #ending = new AbortController();
  /** Why the exchange doesn't answer, since when what it said last holds; null while it does. */
  #problem: string | null = null;
  #changes = 0;

  private constructor(
    options: RuleWatchOptions,
    instruments: readonly Instrument[],
    told: Map<InstrumentId, InstrumentRules>,
  ) {
    this.#options = options;
    this.instruments = instruments;
    this.#told = told;
  }

  /**
   * Learns the instruments, once the exchange has answered or where it has before; says what changed while
   * nobody looked, and watches. *Errors*: InputError for a name that the exchange has never listed.
   */
  static async open(options: RuleWatchOptions, signal: AbortSignal): Promise<RuleWatch> {
    const { feed, firstRules, speech, wanted } = options;
    const listed = await firstAnswer(options, signal);
    const known = (await firstRules.read()) ?? new Map<InstrumentId, Instrument>();
    const chosen = wanted.map(
      (id) => known.get(id) ?? listedInstrument(listed, id, feed.name, '--instruments'),
    );
    const first = await firstRules.add(chosen);
    const told = new Map<InstrumentId, InstrumentRules>();
    for (const id of wanted) told.set(id, (await speech.lastRules(feed.name, id)) ?? rulesOf(first.get(id)!));
    const watch = new RuleWatch(
      options,
      wanted.map((id) => first.get(id)!),
      told,
    );
    await watch.#compare(listed);
    void watch.#follow();
    return watch;
  }

  counters(): Record<string, number> {
    const shut = [...this.#told.values()].filter(({ listing }) => listing !== 'trading').length;
    return { ruleChanges: this.#changes, untraded: shut };
  }

  /** Words for the status table: rules that could not be read anew, instruments that are not traded. */
  notes(): string[] {
    const untraded = [...this.#told].flatMap(([id, { listing }]) =>
      listing === 'trading' ? [] : [`${id} is ${listing}`],
    );
    return [...(this.#problem === null ? [] : [`rules: ${this.#problem}`]), ...untraded];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
  }

  async #follow(): Promise<void> {
    const { everyMs } = this.#options;
    const { signal } = this.#ending;
    for (let failures = 0; ; ) {
      const waitMs = failures === 0 ? everyMs : Math.min(everyMs, RETRY_MAX_MS);
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        const listed = await lookUp(this.#options);
        failures = listed?.problem === null ? 0 : failures + 1;
        if (listed !== undefined) await this.#compare(listed);
      } catch (error) {
        failures++;
        this.#wonder((error as Error).message);
      }
    }
  }

  async #compare({ instruments, problem, timeUs }: ExchangeInstruments): Promise<void> {
    this.#wonder(problem);
    // What was kept says nothing new.
    if (problem !== null) return;
    const { clock, feed, speech, warn } = this.#options;
    for (const [instrument, before] of this.#told) {
      const listed = instruments.get(instrument);
      const after: InstrumentRules =
        listed === undefined ? { ...before, listing: 'delisted' } : rulesOf(listed);
      const words = ruleChangeWords(before, after);
      if (words === '') continue;
      warn(`${instrument}: the exchange takes orders by other rules: ${words}`);
      const foundUs = timeUs > 0 ? timeUs : Math.floor(clock.nowMs()) * US_PER_MS;
      const change = { feed: feed.name, instrument, before, after, timeUs: foundUs };
      await speech.sayChange({ type: 'InstrumentChanged', ...change });
      this.#told.set(instrument, after);
      this.#changes++;
    }
  }

  /** Says why the exchange doesn't answer once, and again when it does. */
  #wonder(problem: string | null): void {
    if ((problem === null) !== (this.#problem === null))
      this.#options.warn(problem ?? 'the exchange says its rules again');
    this.#problem = problem;
  }
}

function lookUp(options: RuleWatchOptions, tell: (problem: string) => void = () => undefined) {
  const { cache, clock, feed, overrides } = options;
  return exchangeInstruments(feed, cache, overrides, clock.nowMs(), tell);
}

/**
 * Returns what is listed, or was kept, or was told before. Asks on where there is none of these, ever less
 * often, and says why, once for each reason.
 */
async function firstAnswer(options: RuleWatchOptions, signal: AbortSignal): Promise<ExchangeInstruments> {
  const { firstRules, wanted, warn } = options;
  let because = '';
  for (let waitMs = RETRY_FIRST_MS; ; waitMs = Math.min(waitMs * 2, RETRY_MAX_MS)) {
    let problem = '';
    const listed = await lookUp(options, (words) => {
      problem = words;
    });
    if (listed !== undefined) return listed;
    const known = await firstRules.read();
    if (known !== undefined && wanted.every((id) => known.has(id))) {
      const held = `${problem}; what it listed at the first start holds`;
      return { readMs: 0, instruments: known, problem: held, timeUs: Number.NaN };
    }
    if (problem !== because) warn(`by which rules are orders taken? ${problem}; it is asked again`);
    because = problem;
    await sleep(waitMs, undefined, { signal });
  }
}
