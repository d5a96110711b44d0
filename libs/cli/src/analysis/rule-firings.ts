import { InstrumentAnalytics, NOBODY, USUAL_SETTINGS } from '@algo/market-analytics';
import {
  type Direction,
  type Instrument,
  type MarketState,
  type RuleSet,
  type Signal,
  type Timeframe,
  type TimeUs,
  type TradeColumns,
  US_PER_HOUR,
} from '@algo/model';
import {
  bounceLevel,
  CONVICTION_POINTS,
  cascadeLevel,
  readMicrostructure,
  readPrimaries,
  regimeLevel,
  robustRegimeLevel,
  scoreConfluence,
  zoneLevel,
} from '@algo/strategy';

/** A rule came to hold: from a moment at which it did not, or as an event. *Units*: `price` quote. */
export interface Firing {
  readonly timeUs: TimeUs;
  readonly price: number;
  /** Null where a rule names no side. */
  readonly direction: Direction | null;
}

/** What became of one rule on one tape. *Shape*: `hours` by number since 1970, empty for events. */
export interface RuleRecord {
  readonly name: string;
  readonly firings: Firing[];
  readonly hours: Map<number, { evaluations: number; holds: number }>;
}

/** Decision evaluates a state at most so often. */
const EVALUATED_EVERY_US = 1_000_000;
const DIRECTIONS = ['long', 'short'] as const;
/** The longest timeframes of the shipped configurations, with the timeframes that their score looks at. */
const LONGEST: readonly (readonly [Timeframe, readonly Timeframe[]])[] = [
  ['15m', ['1m', '5m', '15m']],
  ['1h', ['1m', '15m', '1h']],
];

/** Says which side of a rule holds at a state: null neither. */
type Rule = (state: MarketState) => Direction | null;

/** Takes a tape through analytics and counts how often each rule of a set comes to hold. */
export class RuleFirings {
  readonly #records = new Map<string, RuleRecord>();
  readonly #held = new Map<string, Direction | null>();
  readonly #rules: readonly (readonly [name: string, rule: Rule])[];
  readonly #set: RuleSet;
  #dueUs = Number.NEGATIVE_INFINITY;

  constructor(rules: RuleSet) {
    this.#set = rules;
    this.#rules = rulesOf(rules);
  }

  /** Returns the records of all rules, events first. */
  take(tape: TradeColumns, instrument: Instrument): readonly RuleRecord[] {
    const engine = new InstrumentAnalytics({
      ...{ ...USUAL_SETTINGS, instrument: instrument.id, rules: [this.#set] },
      ...{ priceTick: instrument.priceTick.toNumber(), quantityStep: instrument.quantityStep.toNumber() },
    });
    let nowUs = 0;
    engine.onTrades(tape, true, {
      ...NOBODY,
      onSignal: ({ direction, state }: Signal) => this.#fire('signal', state.timeUs, state.price, direction),
      onZone: ({ firstSeenUs, status, timeframe, touches }) => {
        if (status === 'fresh' && touches === 0 && firstSeenUs >= nowUs - EVALUATED_EVERY_US)
          this.#fire(`zone drawn, ${timeframe}`, nowUs, 0, null);
      },
      onGap: ({ status, timeframe }) => {
        if (status === 'open') this.#fire(`gap drawn, ${timeframe}`, nowUs, 0, null);
      },
      onCandle: ({ openTimeUs }) => {
        nowUs = Math.max(nowUs, openTimeUs);
      },
      onStateDue: (timeUs) => {
        nowUs = timeUs;
        if (timeUs < this.#dueUs) return;
        this.#dueUs = timeUs + EVALUATED_EVERY_US;
        this.#evaluate(engine.stateInHand());
      },
    });
    return [...this.#records.values()];
  }

  #evaluate(state: MarketState): void {
    for (const [name, rule] of this.#rules) {
      const record = this.#record(name);
      const direction = rule(state);
      const hour = Math.floor(state.timeUs / US_PER_HOUR);
      const counts = record.hours.get(hour) ?? { evaluations: 0, holds: 0 };
      record.hours.set(hour, counts);
      counts.evaluations++;
      if (direction !== null) counts.holds++;
      if (direction !== null && direction !== (this.#held.get(name) ?? null))
        record.firings.push({ timeUs: state.timeUs, price: state.price, direction });
      this.#held.set(name, direction);
    }
  }

  #fire(name: string, timeUs: TimeUs, price: number, direction: Direction | null): void {
    this.#record(name).firings.push({ timeUs, price, direction });
  }

  #record(name: string): RuleRecord {
    const known = this.#records.get(name);
    if (known !== undefined) return known;
    const record: RuleRecord = { name, firings: [], hours: new Map() };
    this.#records.set(name, record);
    return record;
  }
}

/** Returns a rule that says for which side something holds, long before short. */
function eitherSide(holds: (state: MarketState, direction: Direction) => boolean): Rule {
  return (state) => DIRECTIONS.find((direction) => holds(state, direction)) ?? null;
}

function rulesOf(rules: RuleSet): (readonly [string, Rule])[] {
  const regimeOf = rules === 'classic' ? regimeLevel : robustRegimeLevel;
  const config = { timeframes: LONGEST[0]![1], primaryTimeframe: '1m', ruleSet: rules } as const;
  const score = lastOfEach((state, direction) => {
    const { checks, points } = scoreConfluence(state, direction, config);
    return { checks: checks(), points };
  });
  return [
    ['order flow beyond 2.5 : 1, 1m', (state) => readPrimaries(state, '1m').flow],
    ['microstructure takes a side', (state) => readMicrostructure(state).side],
    ['primaries agree', (state) => readPrimaries(state, '1m').agreed],
    ...LONGEST.flatMap(([longest, timeframes]) => levelsOf(rules, regimeOf, longest, timeframes)),
    ['level 3, cascade', eitherSide((state, direction) => cascadeLevel(state, direction).passed)],
    ...(['low', 'medium', 'high'] as const).map(
      (name) =>
        [
          `confluence of ${CONVICTION_POINTS[name]} and more (${name})`,
          eitherSide((state, direction) => score(state, direction).points >= CONVICTION_POINTS[name]),
        ] as const,
    ),
    ...FILTERS.map(
      (name, i) =>
        [
          `confluence, ${name} in full`,
          eitherSide((state, direction) => {
            const check = score(state, direction).checks[i]!;
            return check.points === check.pointsMax;
          }),
        ] as const,
    ),
  ];
}

/** Keeps what was worked out of the newest state, for each direction. */
function lastOfEach<Value>(
  read: (state: MarketState, direction: Direction) => Value,
): (state: MarketState, direction: Direction) => Value {
  const kept = new Map<Direction, { readonly state: MarketState; readonly value: Value }>();
  return (state, direction) => {
    const last = kept.get(direction);
    if (last?.state === state) return last.value;
    const value = read(state, direction);
    kept.set(direction, { state, value });
    return value;
  };
}

const FILTERS = [
  ...(['market profile', 'mean reversion', 'autocorrelation', 'entry zone', 'target zone', 'gap'] as const),
] as const;

function levelsOf(
  rules: RuleSet,
  regimeOf: typeof robustRegimeLevel,
  longest: Timeframe,
  timeframes: readonly Timeframe[],
): (readonly [string, Rule])[] {
  const near = (state: MarketState, direction: Direction) =>
    zoneLevel(state, rules, longest, direction).near?.zone ?? null;
  const bounces = (state: MarketState, direction: Direction) => {
    const zone = near(state, direction);
    return zone !== null && bounceLevel(state, timeframes[0]!, zone).passed;
  };
  const isUp = (state: MarketState, direction: Direction) => regimeOf(state, longest).direction === direction;
  const toZone = (state: MarketState, direction: Direction) =>
    isUp(state, direction) && near(state, direction) !== null;
  const toCascade = (state: MarketState, direction: Direction) =>
    toZone(state, direction) && cascadeLevel(state, direction).passed;
  return [
    [`level 1, regime of ${longest}`, eitherSide(isUp)],
    [`level 2, zone of ${longest}`, eitherSide((state, direction) => near(state, direction) !== null)],
    [`level 4, bounce off a zone of ${longest}`, eitherSide(bounces)],
    [`levels 1 and 2, ${longest}`, eitherSide(toZone)],
    [`levels 1 to 3, ${longest}`, eitherSide(toCascade)],
    [
      `all levels, ${longest}`,
      eitherSide((state, direction) => toCascade(state, direction) && bounces(state, direction)),
    ],
  ];
}
