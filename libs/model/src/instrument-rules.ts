import type { InstrumentId } from './ids.ts';
import type { Instrument, Listing } from './instrument.ts';
import type { TimeUs } from './time.ts';

/** What an exchange may change of an instrument while it is traded; units as of Instrument. */
export type InstrumentRules = Pick<
  Instrument,
  'priceTick' | 'quantityStep' | 'minQuantity' | 'minNotional' | 'minNotionalBindsExits'
> & { readonly listing: Listing };

/**
 * The exchange takes orders of an instrument by other rules than before, or no longer takes them. *Shape*:
 * `feed` is who asked the exchange; rules hold from `timeUs` on, by the venue's time when it was found out.
 */
export interface InstrumentChanged {
  readonly type: 'InstrumentChanged';
  readonly feed: string;
  readonly instrument: InstrumentId;
  readonly before: InstrumentRules;
  readonly after: InstrumentRules;
  readonly timeUs: TimeUs;
}

/** Returns what an exchange may change of an instrument. */
export function rulesOf(instrument: Instrument): InstrumentRules {
  const { priceTick, quantityStep, minQuantity, minNotional, minNotionalBindsExits } = instrument;
  const listing = instrument.listing ?? 'trading';
  return { priceTick, quantityStep, minQuantity, minNotional, minNotionalBindsExits, listing };
}

const WORDS = {
  priceTick: 'price tick',
  quantityStep: 'quantity step',
  minQuantity: 'least quantity',
  minNotional: 'least notional',
  minNotionalBindsExits: 'least notional binds exits',
  listing: 'listing',
} as const satisfies Record<keyof InstrumentRules, string>;

/** Returns in what rules differ, in words; empty where they are the same. */
export function ruleChangeWords(before: InstrumentRules, after: InstrumentRules): string {
  return (Object.keys(WORDS) as (keyof InstrumentRules)[])
    .filter((name) => `${before[name]}` !== `${after[name]}`)
    .map((name) => `${WORDS[name]} was ${before[name]}, is ${after[name]}`)
    .join('; ');
}

const SHUT_WORDS = {
  trading: null,
  suspended: 'the exchange has suspended it',
  delisted: 'the exchange lists it no more',
} as const satisfies Record<Listing, string | null>;

/** Rules that changed since a process was born, by instrument. */
export type RuleBookState = readonly (readonly [InstrumentId, InstrumentRules])[];

/**
 * The instruments of a machine, by the rules that hold now. A change is taken in place: whoever holds an
 * instrument of this book goes by the new rules from the next input on. Bounded by the instruments.
 */
export class RuleBook {
  readonly #instruments: ReadonlyMap<InstrumentId, Instrument>;
  readonly #changed: Map<InstrumentId, InstrumentRules>;
  #shut: ReadonlyMap<InstrumentId, string> = new Map();

  /** `known` by the rules of their beginning, `changed` what was taken since. */
  constructor(known: Iterable<Instrument>, changed: RuleBookState = []) {
    this.#instruments = new Map([...known].map((one) => [one.id, { ...one }]));
    this.#changed = new Map(changed);
    for (const [id, rules] of changed) this.#put(id, rules);
    this.#judge();
  }

  get instruments(): ReadonlyMap<InstrumentId, Instrument> {
    return this.#instruments;
  }

  /** Why instruments take no entry, in words: those that their exchange doesn't trade now. */
  get shut(): ReadonlyMap<InstrumentId, string> {
    return this.#shut;
  }

  /** Takes what an exchange changed; an instrument that is none of ours is passed over. */
  take({ instrument, after }: Pick<InstrumentChanged, 'instrument' | 'after'>): void {
    if (!this.#instruments.has(instrument)) return;
    this.#changed.set(instrument, after);
    this.#put(instrument, after);
    this.#judge();
  }

  state(): RuleBookState {
    return [...this.#changed];
  }

  #put(id: InstrumentId, rules: InstrumentRules): void {
    const instrument = this.#instruments.get(id);
    if (instrument !== undefined) Object.assign(instrument, rules);
  }

  #judge(): void {
    const shut = new Map<InstrumentId, string>();
    for (const [id, { listing = 'trading' }] of this.#instruments) {
      const why = SHUT_WORDS[listing];
      if (why !== null) shut.set(id, why);
    }
    this.#shut = shut;
  }
}
