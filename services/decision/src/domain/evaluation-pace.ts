import {
  type InstrumentId,
  type RefusalCode,
  type SignalId,
  type StrategyName,
  type TimeUs,
  US_PER_SECOND,
} from '@algo/model';

/** A strategy that runs on states is run at most this often for each instrument. */
export const EVALUATION_INTERVAL_US: TimeUs = US_PER_SECOND;
/** The same refusal of such a strategy is published again after this long. */
export const REPUBLISH_INTERVAL_US: TimeUs = 60 * US_PER_SECOND;
/** How many signals of one instrument are remembered, so that a redelivered one is not traded twice. */
export const SIGNALS_REMEMBERED = 64;

interface Pace {
  evaluatedUs: TimeUs;
  publishedCode: RefusalCode | null;
  publishedUs: TimeUs;
}

/** When each strategy last ran and what it last said, and the signals handled lately. */
export interface PaceState {
  readonly paces: readonly (Readonly<Pace> & {
    readonly instrument: InstrumentId;
    readonly strategy: StrategyName;
  })[];
  readonly signals: readonly { readonly instrument: InstrumentId; readonly ids: readonly SignalId[] }[];
}

/**
 * Bounds how often strategies run and how often the same
 * refusal is said. One entry for each instrument and strategy.
 */
export class EvaluationPace {
  readonly #paces = new Map<InstrumentId, Map<StrategyName, Pace>>();
  readonly #signals: Map<InstrumentId, Set<SignalId>>;

  constructor(state: PaceState) {
    for (const { instrument, strategy, evaluatedUs, publishedCode, publishedUs } of state.paces)
      this.#of(instrument).set(strategy, { evaluatedUs, publishedCode, publishedUs });
    this.#signals = new Map(state.signals.map(({ instrument, ids }) => [instrument, new Set(ids)]));
  }

  /** Returns whether a state of this time is due for the strategy, and if so takes note of it. */
  admitState(instrument: InstrumentId, strategy: StrategyName, timeUs: TimeUs): boolean {
    const paces = this.#of(instrument);
    const pace = paces.get(strategy);
    if (pace === undefined) {
      paces.set(strategy, { evaluatedUs: timeUs, publishedCode: null, publishedUs: 0 });
      return true;
    }
    if (timeUs - pace.evaluatedUs < EVALUATION_INTERVAL_US) return false;
    pace.evaluatedUs = timeUs;
    return true;
  }

  /** Returns whether a signal is new, and if so takes note of it. */
  admitSignal(instrument: InstrumentId, signal: SignalId): boolean {
    const seen = this.#signals.get(instrument) ?? new Set();
    if (seen.has(signal)) return false;
    seen.add(signal);
    const [oldest] = seen;
    if (seen.size > SIGNALS_REMEMBERED) seen.delete(oldest!);
    this.#signals.set(instrument, seen);
    return true;
  }

  /** Returns whether a refusal on a state is worth publishing: a new code, or the same one a minute later. */
  admitRefusal(instrument: InstrumentId, strategy: StrategyName, code: RefusalCode, timeUs: TimeUs): boolean {
    const pace = this.#of(instrument).get(strategy);
    if (pace === undefined) return true;
    if (pace.publishedCode === code && timeUs - pace.publishedUs < REPUBLISH_INTERVAL_US) return false;
    pace.publishedCode = code;
    pace.publishedUs = timeUs;
    return true;
  }

  /** An accepted entry ends what was being repeated: the next refusal is news again. */
  accepted(instrument: InstrumentId, strategy: StrategyName): void {
    const pace = this.#of(instrument).get(strategy);
    if (pace !== undefined) pace.publishedCode = null;
  }

  snapshot(): PaceState {
    return {
      paces: [...this.#paces].flatMap(([instrument, strategies]) =>
        [...strategies].map(([strategy, pace]) => ({ instrument, strategy, ...pace })),
      ),
      signals: [...this.#signals].map(([instrument, ids]) => ({ instrument, ids: [...ids] })),
    };
  }

  #of(instrument: InstrumentId): Map<StrategyName, Pace> {
    let strategies = this.#paces.get(instrument);
    if (strategies === undefined) {
      strategies = new Map();
      this.#paces.set(instrument, strategies);
    }
    return strategies;
  }
}
