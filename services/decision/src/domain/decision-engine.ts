import {
  ALWAYS_QUIET,
  type Check,
  type Decimal,
  FeedTimes,
  InputError,
  type InstrumentId,
  type MarketState,
  type Quiet,
  type RefusalCode,
  type RiskEvent,
  RuleBook,
  type Signal,
  type TimeAdvanced,
  type TimeUs,
  type TradingConfig,
  TradingModes,
  venueOf,
} from '@algo/model';
import { configurationHash, gate, type Proposal, type Strategy, type StrategyVerdict } from '@algo/strategy';
import type { DecisionInput, DecisionOutput } from './decision-io.ts';
import { DEFAULT_LIMITS, type DecisionLimits } from './decision-limits.ts';
import { type Cause, recordDecision } from './decision-record.ts';
import type { DecisionSettings } from './decision-settings.ts';
import type { DecisionState } from './decision-state.ts';
import { type EntryPlan, planEntry } from './entry-plan.ts';
import { EvaluationPace } from './evaluation-pace.ts';
import { Exposure } from './exposure.ts';
import { guard } from './guards.ts';
import { placeOrderOf } from './place-order.ts';
import { RefusalBudget } from './refusal-budget.ts';
import { RefusalCounts } from './refusal-counts.ts';
import { enabledStrategies, explain, runStrategy } from './run-strategy.ts';

/** As nearly always. */
const NOTHING: readonly DecisionOutput[] = [];

/**
 * Turns signals and states into recorded decisions and entry orders for one account. Pure: the same inputs
 * give the same outputs, ids included. The strategy speaks first; only a proposal is held against the guards
 * and then sized, so a refusal by a guard shows the trade that it prevented.
 */
export class DecisionEngine {
  readonly #settings: DecisionSettings;
  readonly #limits: DecisionLimits;
  readonly #rules: RuleBook;
  readonly #modes: TradingModes;
  readonly #exposure: Exposure;
  readonly #pace: EvaluationPace;
  readonly #refusals: RefusalCounts;
  readonly #budget: RefusalBudget;
  readonly #times: FeedTimes;
  #config: TradingConfig | null;
  #configurationHash: string;
  /** The strategies in force, by what they run on. */
  #onStates: readonly Strategy[] = [];
  #onSignals: readonly Strategy[] = [];
  #equity: { readonly amount: Decimal; readonly timeUs: TimeUs } | null;
  #repeatedSignals: number;
  #unknownInstruments: number;

  /** *Errors*: InputError when the configuration cannot run, as for ConfigurationActivated. */
  constructor(settings: DecisionSettings, memory: DecisionState | null = null) {
    this.#settings = settings;
    this.#limits = { ...DEFAULT_LIMITS, ...settings.limits };
    this.#rules = new RuleBook(settings.instruments.values(), memory?.rules);
    this.#config = memory?.config ?? settings.config;
    this.#configurationHash = this.#activate(this.#config);
    this.#modes = new TradingModes(settings.account, memory?.modes);
    const exposure = memory?.exposure ?? { positions: [], pending: [], closed: [] };
    this.#exposure = new Exposure(settings.account, this.#limits, exposure);
    this.#pace = new EvaluationPace(memory?.pace ?? { paces: [], signals: [] });
    this.#refusals = new RefusalCounts(memory?.refusals ?? []);
    this.#budget = new RefusalBudget(settings.instruments.size, memory?.budget ?? []);
    this.#times = new FeedTimes(memory?.times);
    this.#equity = memory?.equity ?? null;
    this.#repeatedSignals = memory?.repeatedSignals ?? 0;
    this.#unknownInstruments = memory?.unknownInstruments ?? 0;
  }

  /**
   * Returns what follows from one input. Time moves with market data, positions and equity marks; a halt or a
   * new configuration may carry a person's clock and does not move it.
   * *Errors*: InputError on an unknown strategy or rule set; the old configuration stays in force.
   */
  handle(input: DecisionInput): readonly DecisionOutput[] {
    switch (input.type) {
      case 'MarketStateUpdated':
        return this.#evaluate(input.state, null);
      case 'SignalGenerated':
        return this.#evaluate(input.signal.state, input.signal);
      case 'ConfigurationActivated':
        this.#configurationHash = this.#activate(input.config);
        this.#config = input.config;
        return NOTHING;
      case 'TimeAdvanced':
        return this.#tell(input);
      case 'EquityMarked':
        this.#markEquity(input);
        return NOTHING;
      case 'InstrumentChanged':
        this.#rules.take(input);
        return NOTHING;
      case 'TradingModeChanged':
        this.#modes.set(input);
        return NOTHING;
      case 'DrawdownLevelChanged':
      case 'PortfolioHealth':
      case 'PrintSetAside':
        return NOTHING;
      case 'PositionOpened':
      case 'PositionIncreased':
      case 'PositionReduced':
      case 'PositionClosed':
      case 'StopMoved':
      case 'ExitTriggered':
        this.#times.hear(venueOf(input.position.instrument), input.timeUs);
        this.#exposure.apply(input);
        return NOTHING;
      default:
        return input satisfies never;
    }
  }

  /** Returns all that it knows; what it does later changes nothing in it. */
  snapshot(): DecisionState {
    return {
      ...{ config: this.#config, configurationHash: this.#configurationHash, equity: this.#equity },
      ...{ times: this.#times.state(), rules: this.#rules.state(), modes: this.#modes.entries() },
      ...{ exposure: this.#exposure.snapshot(), pace: this.#pace.snapshot() },
      ...{ refusals: this.#refusals.rows(), budget: this.#budget.snapshot() },
      ...{ repeatedSignals: this.#repeatedSignals, unknownInstruments: this.#unknownInstruments },
    };
  }

  /**
   * Returns an engine that goes on as if it had never stopped, with the configuration that was active then.
   * *Errors*: InputError on a configuration that changed inside the state.
   */
  static restore(settings: DecisionSettings, state: DecisionState): DecisionEngine {
    const engine = new DecisionEngine(settings, state);
    if (engine.#configurationHash !== state.configurationHash)
      throw new InputError({
        field: 'decision snapshot',
        value: `configuration ${state.configurationHash}`,
        because: `the configuration in it is ${engine.#configurationHash}`,
        remedy: 'Start without the snapshot and replay the log.',
      });
    return engine;
  }

  /** The configuration in force, null before one was activated. */
  get configuration(): TradingConfig | null {
    return this.#config;
  }

  /**
   * Says whether a state is of history that only warms indicators up, or of a feed that has told no time
   * yet: nothing is decided on it.
   */
  isHistory({ instrument, timeUs }: MarketState): boolean {
    const { toldUs, warmUs } = this.#times.of(venueOf(instrument));
    return toldUs === 0 || timeUs <= warmUs;
  }

  /** Says what of the feed need not be told at once: only on its grid something follows from a time. */
  quiet(instrument: InstrumentId): Quiet {
    const { countEveryUs } = this.#budget;
    const { toldUs } = this.#times.of(venueOf(instrument));
    return { ...ALWAYS_QUIET, untilUs: (Math.floor(toldUs / countEveryUs) + 1) * countEveryUs };
  }

  /** Says on a grid of a feed's time how often evaluations of its instruments ended without a word. */
  #tell(time: TimeAdvanced): readonly DecisionOutput[] {
    const { feed, toldUs: timeUs, warm } = time;
    const before = this.#times.toldBy(feed);
    this.#times.take(time);
    const { countEveryUs } = this.#budget;
    if (warm || Math.floor(timeUs / countEveryUs) === Math.floor(before / countEveryUs)) return NOTHING;
    const counted = this.#refusals.take((instrument) => this.#times.feedOf(venueOf(instrument)) === feed);
    return counted.map((row) => ({ type: 'RefusalsCounted', ...row, timeUs }));
  }

  /** Puts a configuration's strategies in force; returns its hash. */
  #activate(config: TradingConfig | null): string {
    const active = config === null ? [] : enabledStrategies(config, this.#settings.strategies);
    this.#onStates = active.filter(({ trigger }) => trigger === 'state');
    this.#onSignals = active.filter(({ trigger }) => trigger === 'signal');
    return config === null ? '' : configurationHash(config);
  }

  #markEquity(mark: Extract<RiskEvent, { type: 'EquityMarked' }>): void {
    if (mark.account !== this.#settings.account) return;
    if (this.#equity !== null && mark.timeUs < this.#equity.timeUs) return;
    this.#equity = { amount: mark.equity, timeUs: mark.timeUs };
  }

  #evaluate(state: MarketState, signal: Signal | null): readonly DecisionOutput[] {
    const instrument = this.#rules.instruments.get(state.instrument);
    if (instrument === undefined) {
      this.#unknownInstruments++;
      return NOTHING;
    }
    this.#times.hear(instrument.venue, state.timeUs);
    const config = this.#config;
    const strategies = signal === null ? this.#onStates : this.#onSignals;
    if (config === null || (signal === null && strategies.length === 0)) return NOTHING;
    if (signal !== null && !this.#pace.admitSignal(instrument.id, signal.id)) {
      this.#repeatedSignals++;
      return NOTHING;
    }
    const configurationHash = this.#configurationHash;
    const { account } = this.#settings;
    let outputs = NOTHING;
    for (const strategy of strategies) {
      if (signal === null && !this.#pace.admitState(instrument.id, strategy.name, state.timeUs)) continue;
      const cause = { state, signal, instrument, strategy, config, configurationHash, account };
      const decided = this.#decide(cause);
      if (decided.length > 0) outputs = [...outputs, ...decided];
    }
    return outputs;
  }

  #decide(cause: Cause): readonly DecisionOutput[] {
    const { instrument, strategy, config } = cause;
    if (config.instruments.length > 0 && !config.instruments.includes(instrument.id)) {
      this.#refusals.add(instrument.id, 1, 'NOT_CONFIGURED');
      return NOTHING;
    }
    const verdict = runStrategy(strategy, cause);
    if (verdict.type === 'refusal') return this.#refuse(cause, verdict, verdict.code, verdict);
    this.#exposure.advance(instrument.venue, this.#times.nowUs(instrument.venue));
    const { entry, checks } = this.#examine(cause, verdict);
    if (entry.type === 'refused')
      return this.#refuse(cause, verdict, entry.code, { checks, detail: entry.detail });
    const order = placeOrderOf(cause, verdict, entry, this.#settings.account, this.#limits.expiryUs);
    this.#exposure.ask({
      instrument: order.instrument,
      commandId: order.commandId,
      expiresUs: order.expiresUs,
    });
    this.#pace.accepted(instrument.id, strategy.name);
    const outcome = { type: 'accepted', commandId: order.commandId } as const;
    return [...recordDecision(cause, verdict, checks, outcome, this.#settings.codeVersion), order];
  }

  /** Holds a proposal against the guards and the equity, then sizes it; `checks` are all that were made. */
  #examine(
    cause: Cause,
    proposal: Proposal,
  ): { readonly entry: EntryPlan; readonly checks: readonly Check[] } {
    const { state, instrument, strategy, config } = cause;
    const guarded = guard({
      state,
      reach: { account: this.#settings.account, instrument: instrument.id, strategy: strategy.name },
      nowUs: this.#times.nowUs(instrument.venue),
      maxPositions: config.maxConcurrentPositions,
      tradeOnIncomplete: config.tradeOnIncomplete,
      limits: this.#limits,
      modes: this.#modes,
      untraded: this.#rules.shut.get(instrument.id) ?? null,
      exposure: this.#exposure,
    });
    const checks = [...proposal.checks(), ...guarded.checks];
    if (guarded.refused !== null)
      return { entry: { type: 'refused', checks: [], ...guarded.refused }, checks };
    const equity = this.#equity?.amount ?? null;
    checks.push(gate('guard.equity', equity?.toNumber(), 0, (x) => x > 0, 'last mark of the account'));
    if (equity === null || !equity.isPositive()) {
      const detail = `equity=${equity ?? 'not marked yet'}`;
      return { entry: { type: 'refused', code: 'NO_EQUITY', detail, checks: [] }, checks };
    }
    const of = { proposal, price: state.price, equity, instrument, config };
    const entry = planEntry({ ...of, limits: this.#limits });
    return { entry, checks: [...checks, ...entry.checks] };
  }

  #refuse(
    cause: Cause,
    verdict: StrategyVerdict,
    code: RefusalCode,
    record: Exclude<StrategyVerdict, Proposal> | ReturnType<typeof explain>,
  ): readonly DecisionOutput[] {
    const { state, signal, instrument, strategy } = cause;
    const { id } = instrument;
    const isSaid =
      verdict.level >= 2 &&
      (signal !== null || this.#pace.admitRefusal(id, strategy.name, code, state.timeUs)) &&
      this.#budget.admit(id, state.timeUs);
    if (!isSaid) {
      this.#refusals.add(id, verdict.level, code);
      return NOTHING;
    }
    const { checks, detail } = 'type' in record ? explain(record) : record;
    const outcome = { type: 'refused', code, detail } as const;
    return recordDecision(cause, verdict, checks, outcome, this.#settings.codeVersion);
  }
}
